import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

const main = path.join(import.meta.dirname, '../../src/main.ts')

export type Imported = { readonly seconds: number; readonly peakMib: number }

/** `cardea import users`, as an operator runs it: its time, and the most memory the command needed. */
export async function importPeople(
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<Imported> {
  const began = performance.now()
  const child = spawn(process.execPath, [main, 'import', 'users', file], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-5000)
    })
  }
  const ended = once(child, 'close')
  let peakMib = 0
  while (child.exitCode === null) {
    peakMib = Math.max(peakMib, peakOf(child.pid))
    await sleep(100)
  }
  await ended
  if (child.exitCode !== 0) throw new Error(`the import ended with ${child.exitCode}:\n${output}`)
  return { seconds: (performance.now() - began) / 1000, peakMib }
}

/** Of the command alone; PostgreSQL is processes of its own. */
function peakOf(pid: number | undefined): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}
