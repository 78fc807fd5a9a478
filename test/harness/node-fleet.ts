import { randomBytes } from 'node:crypto'
import { createConnection } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '../../src/kv/redis.fixture.ts'
import type { CardeaProcess } from './cardea-process.ts'
import { freePort, startCardea, temporaryFolder } from './cardea-process.ts'
import { makeCertificate } from './certificate.ts'
import type { Haproxy } from './haproxy.ts'
import { startHaproxy } from './haproxy.ts'
import type { PostgresCluster, PostgresNode } from './postgres-cluster.ts'
import { startPostgresCluster } from './postgres-cluster.ts'

/** One `cardea serve` of the fleet. */
export type FleetNode = {
  /** Past the load balancer. */
  readonly url: string
  readonly pid: () => number
  readonly setupLink: () => Promise<string>
  readonly output: () => string
  /** SIGKILL, as by the kernel that runs out of memory. */
  readonly kill: () => Promise<void>
  /** SIGTERM; the exit code once it is gone. */
  readonly stop: () => Promise<number | null>
  /** Starts it again and returns once it answers. */
  readonly start: () => Promise<void>
}

export type FleetRedis = {
  readonly stop: () => Promise<void>
  /** On the same port, and empty. */
  readonly start: () => Promise<void>
  readonly flush: () => Promise<void>
  /** From the outside it looks like a network that loses everything: connections stay, nothing answers. */
  readonly freeze: () => void
  readonly thaw: () => void
}

/** Three nodes behind HAProxy, a PostgreSQL with a synchronous standby, and a Redis: what deploy/haproxy describes. */
export type Fleet = {
  /** What the world sees. */
  readonly url: string
  readonly nodes: readonly FleetNode[]
  readonly postgres: PostgresCluster
  readonly standby: PostgresNode
  readonly redis: FleetRedis
  readonly haproxy: Haproxy
  /** The servers of a part of HAProxy that it gives work to. */
  readonly upIn: (backend: string) => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

export async function startFleet(env: Readonly<Record<string, string>> = {}): Promise<Fleet> {
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const one of closers.splice(0).toReversed()) await one()
  }
  try {
    const [{ postgres, standby }, redis] = await Promise.all([openPostgres(), openRedis()])
    closers.push(postgres.close, redis.close)
    const [front, database, ...ports] = await Promise.all(Array.from({ length: 5 }, freePort))
    const certificate = makeCertificate()
    setDefaultCACertificates([...getCACertificates(), certificate.cert])
    const haproxy = await startHaproxy({
      files: ['haproxy.cfg', 'postgres.cfg'],
      certificate,
      env: {
        CARDEA_BIND: `127.0.0.1:${front}`,
        CARDEA_BIND_PLAIN: `127.0.0.1:${await freePort()}`,
        CARDEA_NODE_1: `127.0.0.1:${ports[0]}`,
        CARDEA_NODE_2: `127.0.0.1:${ports[1]}`,
        CARDEA_NODE_3: `127.0.0.1:${ports[2]}`,
        CARDEA_POSTGRES_BIND: `127.0.0.1:${database}`,
        CARDEA_POSTGRES_1: `127.0.0.1:${postgres.primary.port}`,
        CARDEA_POSTGRES_2: `127.0.0.1:${standby.port}`,
      },
    })
    closers.push(haproxy.stop)
    const url = `https://localhost:${front}`
    const databaseUrl = postgres.primary.url().replace(/@[^/]*\//, `@127.0.0.1:${database}/`)
    const settings = { ...nodeSettings(url, databaseUrl, redis.url), ...env }
    // All at once on an empty database: one of them applies the migrations.
    const nodes = await Promise.all(ports.map((port) => startNode(port, settings)))
    closers.push(async () => {
      await Promise.all(nodes.map((node) => node.kill()))
    })
    const upIn = async (backend: string) =>
      (await haproxy.servers())
        .filter((one) => one.backend === backend && one.status.startsWith('UP'))
        .map(({ server }) => server)
    await allUp(upIn, ports.length)
    return { url, nodes, postgres, standby, redis, haproxy, upIn, close }
  } catch (error) {
    await close()
    throw error
  }
}

const longestCheckMs = 30_000

/** HAProxy gives work to a node from its first good answer to a check on. */
async function allUp(upIn: Fleet['upIn'], count: number): Promise<void> {
  const deadline = performance.now() + longestCheckMs
  while ((await upIn('nodes_ready')).length < count) {
    if (performance.now() > deadline) throw new Error('HAProxy does not find the nodes ready')
    await sleep(50)
  }
}

/** As README.md of deploy/haproxy says; limits are counted in Redis, but never reached by one address. */
function nodeSettings(url: string, databaseUrl: string, redisUrl: string) {
  return {
    CARDEA_ENV: 'production',
    CARDEA_PUBLIC_URL: url,
    CARDEA_SECRET_KEY: randomBytes(32).toString('base64url'),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    CARDEA_HTTP_HOST: '127.0.0.1',
    CARDEA_HTTP_TRUSTED_PROXIES: '127.0.0.1',
    CARDEA_HTTP_SHUTDOWN_DELAY: '2s',
    CARDEA_LIMITS_LOGIN_PER_ADDRESS: '1000000',
    CARDEA_PASSWORD_ARGON2_MEMORY_KIB: '1024',
    CARDEA_PASSWORD_ARGON2_ITERATIONS: '1',
    CARDEA_REGISTRATION_MODE: 'closed',
  }
}

async function openPostgres() {
  const postgres = await startPostgresCluster({
    hba: ['host postgres cardea_check 127.0.0.1/32 trust'],
  })
  try {
    const role = 'CREATE ROLE cardea_check LOGIN CONNECTION LIMIT 10'
    await postgres.primary.query(role, 'postgres')
    const standby = await postgres.addStandby('standby')
    await postgres.synchronous(postgres.primary, standby)
    return { postgres, standby }
  } catch (error) {
    await postgres.close()
    throw error
  }
}

async function openRedis() {
  const first = await startRedis()
  const { port, url } = first
  let current: typeof first | undefined = first
  const stop = async () => {
    const stopped = current
    current = undefined
    await stopped?.stop()
  }
  return {
    url,
    close: stop,
    stop,
    start: async () => {
      current = await startRedis(port)
    },
    flush: async () => {
      const connection = createConnection({ port, host: '127.0.0.1' })
      connection.end('FLUSHALL\r\nQUIT\r\n')
      let answer = ''
      for await (const chunk of connection) answer += String(chunk)
      if (!answer.startsWith('+OK')) throw new Error(`FLUSHALL: ${answer}`)
    },
    freeze: () => void current?.signal('SIGSTOP'),
    thaw: () => void current?.signal('SIGCONT'),
  }
}

async function startNode(port: number, env: Readonly<Record<string, string>>): Promise<FleetNode> {
  const folder = await temporaryFolder()
  const launch = () => startCardea({ dataDir: folder.path, port, env })
  let current: CardeaProcess = await launch()
  return {
    url: `http://127.0.0.1:${port}`,
    pid: () => current.pid,
    setupLink: () => current.setupLink(),
    output: () => current.output(),
    async kill() {
      const { pid } = current
      if (isAlive(pid)) process.kill(pid, 'SIGKILL')
      while (isAlive(pid)) await sleep(5)
    },
    stop: () => current.stop(),
    async start() {
      current = await launch()
    },
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
