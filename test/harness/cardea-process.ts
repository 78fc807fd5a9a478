import type { ChildProcessByStdio } from 'node:child_process'
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const longestStart = 60_000
const longestStop = 25_000

type Child = ChildProcessByStdio<null, Readable, Readable>

/** A server that was started as anybody would start it: `cardea serve` in a process of its own. */
export type CardeaProcess = {
  readonly url: string
  readonly pid: number
  /** Milliseconds from the start of the process to its first answer. */
  readonly startMs: number
  /** The link that the log offers while there is no administrator. */
  readonly setupLink: () => Promise<string>
  /** What it wrote, for the report of a failure. */
  readonly output: () => string
  /** SIGTERM; the exit code. */
  readonly stop: () => Promise<number | null>
}

type Options = {
  readonly dataDir: string
  readonly port: number
  readonly env?: Readonly<Record<string, string>>
  /** For node, as `--cpu-prof`. */
  readonly nodeFlags?: readonly string[]
  /** In front of the command, as `taskset -c 0`. */
  readonly before?: readonly string[]
  /** How many characters of what it wrote are kept, from the end. */
  readonly keep?: number
}

export async function startCardea(options: Options): Promise<CardeaProcess> {
  const { dataDir, port, env = {}, nodeFlags = [], before = [], keep } = options
  const began = performance.now()
  const [command, ...words] = [...before, process.execPath, ...nodeFlags, main, 'serve']
  const child = spawn(command, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...plainEnvironment(),
      CARDEA_DATA_DIR: dataDir,
      CARDEA_HTTP_PORT: String(port),
      CARDEA_LOG_FORMAT: 'json',
      ...env,
    },
  })
  const output = collect(child, keep)
  const url = `http://localhost:${port}`
  try {
    await answering(`${url}/.well-known/openid-configuration`, child, output)
  } catch (error) {
    await stop(child)
    throw error
  }
  return {
    url,
    pid: child.pid ?? 0,
    startMs: performance.now() - began,
    setupLink: () => findSetupLink(output),
    output,
    stop: () => stop(child),
  }
}

/** Nothing of the caller's own Cardea settings may leak into the server. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(CARDEA_|DATABASE_URL|REDIS_URL|NODE_OPTIONS$)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
}

function collect(child: Child, keep = 100_000): () => string {
  let text = ''
  const add = (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-keep)
  }
  child.stdout.on('data', add)
  child.stderr.on('data', add)
  return () => text
}

/** Asks until the server answers; a server that ends or takes too long is an error with its output. */
export async function answering(
  address: string,
  child: { readonly exitCode: number | null },
  output: () => string,
): Promise<void> {
  const deadline = performance.now() + longestStart
  while (performance.now() < deadline && child.exitCode === null) {
    const status = await fetch(address).then(
      async (response) => {
        await response.arrayBuffer()
        return response.status
      },
      () => 0,
    )
    if (status === 200) return
    await sleep(10)
  }
  throw new Error(`the server did not start:\n${output()}`)
}

async function findSetupLink(output: () => string): Promise<string> {
  for (let tries = 0; tries < 500; tries += 1) {
    const link = /https?:\/\/[^\s"\\]+\/setup\?token=[\w-]+/.exec(output())?.[0]
    if (link !== undefined) return link
    await sleep(20)
  }
  throw new Error(`no setup link in the log:\n${output()}`)
}

async function stop(child: Child): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), longestStop)
  await ended
  clearTimeout(timer)
  return child.exitCode
}

/** A data folder that PostgreSQL may enter when root hands it to another account. */
export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cardea-'))
  await chmod(folder, 0o755)
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/**
 * A port that nobody listens on. It lies below those that the system hands out by itself, so that no
 * connection of another test takes it before it is used.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = randomInt(10_000, 32_000)
    if (await isFree(port)) return port
  }
  throw new Error('no port is free')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.on('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
