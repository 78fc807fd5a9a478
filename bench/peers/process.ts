import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { answering } from '../../test/harness/cardea-process.ts'

export type PeerProcess = {
  readonly pid: number
  /** Milliseconds from the start of the process to its first answer. */
  readonly startMs: number
  readonly stop: () => Promise<void>
}

type Command = {
  /** Where it will listen. */
  readonly url: string
  readonly script: string
  readonly words: readonly string[]
  readonly pinned: readonly string[]
}

/** A peer as one would run it in production: one process, and nothing of the caller's environment. */
export async function startPeer({ url, script, words, pinned }: Command): Promise<PeerProcess> {
  const began = performance.now()
  const { child, complaints } = launch([...pinned, process.execPath, script, ...words])
  const stop = () => end(child)
  try {
    await answering(`${url}/.well-known/openid-configuration`, child, complaints)
  } catch (error) {
    await stop()
    throw error
  }
  return { pid: child.pid ?? 0, startMs: performance.now() - began, stop }
}

/** Something that is done once before a server starts again. */
export async function runPeer(script: string, words: readonly string[]): Promise<void> {
  const { child, complaints } = launch([process.execPath, script, ...words])
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${script} failed:\n${complaints()}`)
}

function launch([program = '', ...words]: readonly string[]): {
  child: ChildProcess
  complaints: () => string
} {
  const child = spawn(program, words, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { NODE_ENV: 'production', PATH: process.env.PATH, TZ: 'UTC' },
  })
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-10_000)
  })
  return { child, complaints: () => text }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
