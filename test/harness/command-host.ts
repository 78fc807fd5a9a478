/**
 * Runs the commands of `runCommand`, one after another, each with the folder and the environment that it is given.
 * Nothing may stay open after a command: as a process of its own it would never end.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCommandLine } from '../../src/cli/index.ts'

export type CommandOrder = {
  readonly id: number
  readonly cwd: string
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}
export type CommandAnswer = {
  readonly id: number
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly output: string
}

type Written = { stdout: string; stderr: string; output: string }
let written: Written = { stdout: '', stderr: '', output: '' }

for (const name of ['stdout', 'stderr'] as const) {
  const write = (text: string | Uint8Array, ...more: readonly unknown[]) => {
    const words = typeof text === 'string' ? text : Buffer.from(text).toString()
    written[name] += words
    written.output += words
    const done = more.at(-1)
    if (typeof done === 'function') process.nextTick(done)
    return true
  }
  process[name].write = write
}

async function answer({ id, cwd, argv, env }: CommandOrder): Promise<CommandAnswer> {
  written = { stdout: '', stderr: '', output: '' }
  process.chdir(cwd)
  process.env = { ...env }
  const code = await runCommandLine(argv)
  await nothingOpen(argv)
  return { id, code, ...written }
}

/** What keeps a process alive: connections, files, timers. */
const openThings = () => process.getActiveResourcesInfo().length

async function nothingOpen(argv: readonly string[]): Promise<void> {
  const deadline = performance.now() + 5000
  while (openThings() > idle) {
    if (performance.now() > deadline) {
      const open = process.getActiveResourcesInfo().join(', ')
      throw new Error(`cardea ${argv.join(' ')} would not end: ${open}`)
    }
    await sleep(1, undefined, { ref: false })
  }
}

async function inTurn(before: Promise<void>, order: CommandOrder): Promise<void> {
  await before
  process.send?.(await answer(order))
}

let last: Promise<void> = Promise.resolve()
process.on('message', (order: CommandOrder) => {
  last = inTurn(last, order)
})
/** The channel to the test, and where this process itself could write. */
const idle = openThings()
