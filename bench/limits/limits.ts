import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from '../../test/harness/cardea-process.ts'
import { basic, connect, expectStatus } from '../connection.ts'
import type { Crew } from '../load.ts'
import { closedLoop, reconnect } from '../load.ts'
import type { StartNeeds } from '../target.ts'

export type LimitKey =
  | 'http'
  | 'es256-sign'
  | 'es256-verify'
  | 'rs256-sign'
  | 'rs256-verify'
  | 'argon2'
  | 'commit'

/** For the table. */
export const limitNames: Readonly<Record<LimitKey, string>> = {
  http: 'bare Fastify, a form answered with JSON',
  'es256-sign': 'bare ES256 signature',
  'es256-verify': 'bare ES256 verification',
  'rs256-sign': 'bare RS256 signature (2048 bits)',
  'rs256-verify': 'bare RS256 verification',
  argon2: 'bare Argon2id (19 MiB, 2 passes)',
  commit: 'bare PostgreSQL commit (one INSERT)',
}

export const limitKeys = Object.keys(limitNames) as readonly LimitKey[]

/** What the machine can do at best, measured on the cores that the servers have. */
export type Limits = {
  /** How often a second. */
  readonly measure: (key: LimitKey, forMs: number) => Promise<number>
  readonly stop: () => Promise<void>
}

const warmUpMs = 200

export async function startLimits(
  { createDatabase, pinned }: StartNeeds,
  concurrency: number,
): Promise<Limits> {
  const database = await createDatabase('limits')
  const http = await startBareHttp(pinned, concurrency)
  const program = async (script: string, ...words: readonly string[]) => {
    const [command = '', ...rest] = [...pinned, process.execPath, fileOf(script), ...words]
    const { stdout } = await promisify(execFile)(command, rest)
    return Number(JSON.parse(stdout).perSecond)
  }
  return {
    measure(key, forMs) {
      if (key === 'http') return http.measure(forMs)
      if (key === 'argon2') return program('argon2.ts', String(forMs))
      if (key === 'commit')
        return program('commit.ts', String(forMs), String(concurrency), database.url)
      return program('signature.ts', String(forMs), key)
    },
    stop: http.stop,
  }
}

const fileOf = (script: string) => fileURLToPath(new URL(script, import.meta.url))

type BareHttp = {
  readonly measure: (forMs: number) => Promise<number>
  readonly stop: () => Promise<void>
}

/** Asked by the generator in the same way as the servers. */
async function startBareHttp(pinned: readonly string[], concurrency: number): Promise<BareHttp> {
  const port = await freePort()
  const script = fileOf('http-server.ts')
  const [command, ...words] = [...pinned, process.execPath, script, String(port)]
  const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'inherit'] })
  try {
    const crew = await crewFor(port, concurrency)
    return {
      async measure(forMs) {
        await reconnect(crew)
        const window = { warmUpMs, measureMs: forMs }
        const { operations, seconds } = await closedLoop(crew, window, async () => undefined)
        return operations / seconds
      },
      async stop() {
        for (const connection of crew.connections) connection.close()
        await end(child)
      },
    }
  } catch (error) {
    await end(child)
    throw error
  }
}

async function crewFor(port: number, concurrency: number): Promise<Crew> {
  await listening(port)
  const place = { host: '127.0.0.1', port }
  const connections = Array.from({ length: concurrency }, () => connect(place))
  const headers = basic({ id: 'machine', secret: 'a secret of the usual length and form' })
  const body = 'grant_type=client_credentials&scope=read'
  const workers = connections.map((connection) => async () => {
    expectStatus(await connection.post('/token', body, headers), 200)
  })
  return { workers, connections }
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const connection = connect({ host: '127.0.0.1', port })
    const answered = await connection.post('/token', 'a=b').catch(() => undefined)
    connection.close()
    if (answered !== undefined) return
    await sleep(20)
  }
  throw new Error('the bare Fastify does not answer')
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
