import type { ChildProcess } from 'node:child_process'
import { fork, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { CommandAnswer, CommandOrder } from './command-host.ts'

const main = path.resolve(import.meta.dirname, '../../src/main.ts')
const hostFile = path.join(import.meta.dirname, 'command-host.ts')

export type CommandResult = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Both, in the order in which they were written. */
  readonly output: string
}
type Environment = Readonly<Record<string, string>>

/**
 * Runs `cardea ...` on a test database, in a folder without a `.env`. All commands of a test process run in one other
 * process, one after another: to start and to read the sources takes ten times what most commands take.
 */
export function runCommand(
  databaseUrl: string,
  argv: readonly string[],
  env: Environment = {},
): Promise<CommandResult> {
  return commandIn(tmpdir(), argv, { DATABASE_URL: withHost(databaseUrl), ...env })
}

/** The same with nothing in its environment but what is given. */
export function commandIn(
  cwd: string,
  argv: readonly string[],
  env: Environment,
): Promise<CommandResult> {
  host ??= startHost()
  return host.run({ cwd, argv, env: { ...ownEnvironment(), ...env } })
}

/** Runs `cardea ...` as anybody would, in a process of its own. */
export function runProcess(
  databaseUrl: string,
  argv: readonly string[],
  env: Environment = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [main, ...argv], {
    cwd: tmpdir(),
    env: { ...ownEnvironment(), DATABASE_URL: withHost(databaseUrl), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '', output: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      written[name] += chunk.toString()
      written.output += chunk.toString()
    })
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...written })))
}

function ownEnvironment(): Environment {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env
  return { PATH, NODE_COMPILE_CACHE }
}

type Host = { readonly run: (order: Omit<CommandOrder, 'id'>) => Promise<CommandResult> }
type Waiting = {
  readonly resolve: (result: CommandResult) => void
  readonly reject: (error: Error) => void
}

let host: Host | undefined

/** It ends with the process that asks, and keeps that one alive only while a command runs. */
function startHost(): Host {
  const child = fork(hostFile, {
    env: ownEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const waiting = new Map<number, Waiting>()
  let orders = 0
  child.on('message', ({ id, ...result }: CommandAnswer) => {
    waiting.get(id)?.resolve(result)
    waiting.delete(id)
    if (waiting.size === 0) letGo(child)
  })
  child.on('exit', (code, signal) => {
    host = undefined
    for (const { reject } of waiting.values()) {
      reject(new Error(`the process of the commands ended with ${signal ?? code}`))
    }
  })
  return {
    run(order) {
      orders += 1
      const id = orders
      child.ref()
      child.channel?.ref()
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        child.send({ id, ...order } satisfies CommandOrder)
      })
    },
  }
}

function letGo(child: ChildProcess): void {
  child.unref()
  child.channel?.unref()
}

/** The socket of the test server, which stands in the query, in the place of the host. */
export function withHost(url: string): string {
  const [, before = '', name = '', socket = ''] = /^(.*@)\/([^?]*)\?host=(.*)$/.exec(url) ?? []
  return socket === '' ? url : `${before}${socket}/${name}`
}
