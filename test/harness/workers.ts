import { Agent, request } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { createBrowser } from './browser.ts'
import type { CardeaProcess } from './cardea-process.ts'
import { freePort, startCardea } from './cardea-process.ts'
import type { TestServer } from './server.ts'
import { masterKey, testServer } from './server.ts'

export type Reply = {
  readonly status: number
  readonly body: Record<string, unknown>
  /** As in the log. */
  readonly id: string
}

/** Milliseconds: what never comes is an error and no test without end. */
const longestAnswer = 10_000

/** One connection, and so one worker, for as long as both last. */
export type Connection = {
  readonly send: (what: string, options?: Sending) => Promise<Reply>
  readonly close: () => void
}

type Sending = {
  readonly headers?: Readonly<Record<string, string>>
  readonly form?: URLSearchParams
  readonly json?: object
}

/** A server of several workers on a database of its own, and what makes people and clients in it. */
export type WorkerServer = TestServer & {
  readonly process: CardeaProcess
  readonly connect: () => Connection
  /** As many connections as asked for; new ones go to the workers in turns. */
  readonly connections: (count: number) => readonly Connection[]
  /** The number of the worker that answered. */
  readonly workerOf: (reply: Reply) => number
  /** The lines of the log, those of all processes. */
  readonly log: () => readonly Record<string, unknown>[]
  /** The process of each worker that serves, by its number. */
  readonly workers: () => ReadonlyMap<number, number>
}

export async function workerServer(
  env: Readonly<Record<string, string>> = {},
): Promise<WorkerServer> {
  // Not asked anything: it is there for what its database needs.
  const maker = await testServer()
  const port = await freePort()
  const child = await startCardea({
    dataDir: '',
    port,
    keep: 4_000_000,
    env: {
      CARDEA_ENV: 'test',
      CARDEA_WORKERS: '2',
      // The class of addresses refuses one of a socket that names no host.
      DATABASE_URL: maker.databaseUrl.replace('@/', '@localhost/'),
      CARDEA_SECRET_KEY: masterKey.toString('base64'),
      CARDEA_PASSWORD_ARGON2_MEMORY_KIB: '1024',
      CARDEA_PASSWORD_ARGON2_ITERATIONS: '1',
      CARDEA_LIMITS_ENABLED: 'false',
      ...env,
    },
  }).catch(async (error: unknown) => {
    await maker.close()
    throw error
  })
  const { url } = child
  const connect = () => openConnection(url)
  const log = () => linesOf(child.output())
  return {
    ...maker,
    url,
    process: child,
    browser: () => createBrowser(url),
    connect,
    connections: (count) => Array.from({ length: count }, connect),
    log,
    workerOf: ({ id }) => Number(log().find((line) => line.reqId === id)?.worker),
    workers: () => new Map(servingOf(log())),
    async close() {
      await child.stop()
      await maker.close()
    },
  }
}

/** Waits until something is so, and fails with what the server wrote. */
export async function eventually(
  { output }: Pick<CardeaProcess, 'output'>,
  what: string,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await isSo()) return
    await sleep(25)
  }
  throw new Error(`${what}: it never happened\n${output().slice(-6000)}`)
}

export function linesOf(output: string): Record<string, unknown>[] {
  return output.split('\n').flatMap((line) => {
    try {
      return line.startsWith('{') ? [JSON.parse(line)] : []
    } catch {
      // The first line of what was kept may be half a line.
      return []
    }
  })
}

function servingOf(lines: readonly Record<string, unknown>[]): [number, number][] {
  const ended = new Set(
    lines.filter(({ msg }) => /^worker \d+ ended/.test(String(msg))).map(({ pid }) => pid),
  )
  return lines
    .filter(({ msg, pid }) => /^worker \d+ serves$/.test(String(msg)) && !ended.has(pid))
    .map(({ worker, pid }) => [Number(worker), Number(pid)])
}

function openConnection(url: string): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    close: () => agent.destroy(),
    send: (what, { headers = {}, form, json: object } = {}) => {
      const [method = 'GET', path = ''] = what.split(' ')
      const body = form?.toString() ?? (object && JSON.stringify(object))
      const type = form ? 'application/x-www-form-urlencoded' : 'application/json'
      return new Promise((resolve, reject) => {
        const asked = request(new URL(path, url), {
          method,
          agent,
          signal: AbortSignal.timeout(longestAnswer),
          headers: { ...headers, ...(body !== undefined && { 'content-type': type }) },
        })
        asked.on('error', reject)
        asked.on('response', (answer) => {
          const id = String(answer.headers['x-request-id'])
          const status = answer.statusCode ?? 0
          json(answer).then(
            (read) => resolve({ status, body: read as Reply['body'], id }),
            () => resolve({ status, body: {}, id }),
          )
        })
        asked.end(body)
      })
    },
  }
}

/** So many at once, over all connections in turns. */
export function race(
  connections: readonly Connection[],
  times: number,
  send: (connection: Connection, i: number) => Promise<Reply>,
): Promise<Reply[]> {
  return Promise.all(
    Array.from({ length: times }, (_, i) => {
      const connection = connections[i % connections.length]
      if (connection === undefined) throw new Error('no connection')
      return send(connection, i)
    }),
  )
}
