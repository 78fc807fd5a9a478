/**
 * THE wiring: configuration -> database, soft state, keys -> modules -> surfaces. Nothing else builds
 * long-lived things, and nothing imports this file but the commands and the tests.
 */
import { availableParallelism } from 'node:os'
import type { Logger } from 'pino'
import { accountCore, handleAccountJobs } from './accounts.ts'
import type { Clock, Random } from './base/index.ts'
import { deriveKey, secureRandom, systemClock } from './base/index.ts'
import { createClientCache } from './clients/index.ts'
import type { Config } from './config.ts'
import type { Db } from './db/index.ts'
import { createDb } from './db/index.ts'
import type { HttpServer } from './http/index.ts'
import type { PasswordHasher, PasswordPolicy } from './identity/index.ts'
import { createPasswordHasher, createPasswordPolicy } from './identity/index.ts'
import type { Jobs, Queue, QueueNeeds } from './jobs/index.ts'
import { createQueue, queueDepth } from './jobs/index.ts'
import type { KeyRing } from './keys/index.ts'
import { createSealer, deriveSecret, openKeyRing } from './keys/index.ts'
import type { Kv, RedisKv } from './kv/index.ts'
import { createMemoryKv, createRedisKv } from './kv/index.ts'
import type { Limits } from './limits/index.ts'
import { createLimits } from './limits/index.ts'
import type { Inbox, Transport } from './mail/index.ts'
import {
  createInbox,
  createSmtpTransport,
  letterJob,
  mailHandler,
  noTransport,
} from './mail/index.ts'
import { createVerifiedTokens } from './oauth/index.ts'
import { scheduleJobs } from './schedule.ts'
import { createRefreshTokens } from './session/index.ts'
import { openSurfaces } from './surfaces.ts'
import type { Metrics } from './telemetry/index.ts'
import { createMetrics } from './telemetry/index.ts'

export type AppOptions = {
  readonly config: Config
  readonly databaseUrl: string
  /** Keys of 32 bytes; the first seals. */
  readonly masterKeys: readonly [Buffer, ...Buffer[]]
  readonly log: Logger
  readonly clock?: Clock
  readonly random?: Random
  /** Outgoing HTTP. */
  readonly fetch?: typeof globalThis.fetch
  /** For tests that count what reaches the database. */
  readonly onStatement?: (text: string) => void
  /** Called before the first route is added, for what must see every route. */
  readonly onServer?: (http: HttpServer) => Promise<void>
}

/** The long-lived parts of a server; tests and commands may reach for them. */
export type App = {
  readonly http: HttpServer
  readonly db: Db
  readonly kv: Kv
  readonly keys: KeyRing
  readonly hasher: PasswordHasher
  readonly passwords: PasswordPolicy
  readonly jobs: Jobs
  readonly queue: Queue
  /** What was sent while there is no mail server. */
  readonly inbox: Inbox
  readonly metrics: Metrics
  readonly clock: Clock
  readonly random: Random
  /** Announces on /health/ready that no more requests should come. */
  readonly drain: () => void
  readonly close: () => Promise<void>
}

export async function createApp(options: AppOptions): Promise<App> {
  const parts = await createParts(options)
  const { db, kv, keys, metrics } = parts
  const state = { draining: false }
  const http = await openSurfaces(options, parts, state)
  const core = accountCore(options.config, options.masterKeys[0], parts)
  handleAccountJobs(core)
  const jobs = scheduleJobs({ ...parts, core, config: options.config, log: options.log })
  return {
    ...parts,
    http,
    jobs,
    metrics,
    drain: () => {
      state.draining = true
    },
    async close() {
      state.draining = true
      await http.close()
      await jobs.stop()
      await parts.queue.stop()
      parts.transport.close()
      keys.close()
      await kv.close()
      await db.close()
    },
  }
}

export type Parts = Awaited<ReturnType<typeof createParts>>

/** What everything else stands on. */
async function createParts({ config, databaseUrl, masterKeys, log, ...options }: AppOptions) {
  const clock = options.clock ?? systemClock
  const random = options.random ?? secureRandom
  const metrics = createMetrics()
  const db = createDb({
    url: databaseUrl,
    poolSize: config.database.poolSize,
    pipelineConnections: config.database.pipelineConnections,
    namedStatements: config.database.namedStatements,
    statementTimeoutMs: config.database.statementTimeout * 1000,
    onStatement: (text, kind) => {
      metrics.databaseStatement(kind)
      options.onStatement?.(text)
    },
    onError: (err) => log.warn({ err }, 'database connection lost'),
  })
  metrics.watchPool(() => db.stats())
  const kv =
    config.redis.url === ''
      ? createMemoryKv({ clock, maxEntries: 20_000 })
      : await createRedisKv({
          url: config.redis.url,
          prefix: 'cardea:',
          onError: (err) => log.warn({ err }, 'redis'),
        })
  const sealer = createSealer(masterKeys, random)
  const keys = await openKeyRing({ db, clock, sealer, log })
  const hasher = createHasher(config, metrics)
  const passwords = createPasswordPolicy({
    settings: config.password,
    log,
    fetch: options.fetch ?? globalThis.fetch,
    context: ['Cardea', new URL(config.publicUrl).hostname],
    observeBreachCheck: (source, outcome) => metrics.breachCheck(source, outcome),
  })
  const clients = createClientCache({ db, clock })
  const refreshKeys = deriveSecret(masterKeys, 'refresh-token')
  const refreshTokens = createRefreshTokens([
    refreshKeys[0] ?? Buffer.alloc(0),
    ...refreshKeys.slice(1),
  ])
  const limits = createLimits({
    settings: { ...config.limits, perRecipientHourly: config.mail.perRecipientHourly },
    clock,
    secret: deriveKey(masterKeys[0], 'limits'),
    ...(isRedis(kv) && { redis: kv }),
  })
  const post = openPost(config, { db, clock, random, sealer, log, metrics, limits })
  const verifiedTokens = createVerifiedTokens(keys)
  return {
    verifiedTokens,
    clock,
    random,
    metrics,
    db,
    kv,
    sealer,
    keys,
    hasher,
    passwords,
    clients,
    refreshTokens,
    limits,
    ...post,
  }
}

type PostNeeds = QueueNeeds & { readonly metrics: Metrics; readonly limits: Limits }

/** The queue, what letters leave by, and the job that sends them. */
function openPost(config: Config, { metrics, limits, ...needs }: PostNeeds) {
  const queue = createQueue({ ...needs, onRun: metrics.queuedJob })
  metrics.watchQueue(() => queueDepth(needs.db))
  const inbox = createInbox(needs)
  const transport = chooseTransport(config, inbox)
  const sender = { name: 'Cardea', url: config.publicUrl, locale: config.locale }
  const allow = async (recipient: string) => (await limits.consume('mail', { recipient })).allowed
  const send = mailHandler({ transport, sender, allow, onMail: metrics.mail, log: needs.log })
  queue.handle({ ...letterJob, attempts: config.mail.attempts }, send)
  return { queue, inbox, transport }
}

function isRedis(kv: Kv | RedisKv): kv is RedisKv {
  return 'connection' in kv
}

/** Without a mail server, development and tests keep the letters for whoever wants to read them. */
function chooseTransport({ mail, env }: Config, inbox: Inbox): Transport {
  if (mail.url !== '') return createSmtpTransport(mail)
  return env === 'production' ? noTransport : inbox
}

function createHasher({ password }: Config, metrics: Metrics): PasswordHasher {
  const hasher = createPasswordHasher({
    memoryKib: password.argon2MemoryKib,
    iterations: password.argon2Iterations,
    parallelism: password.argon2Parallelism,
    concurrency: password.hashConcurrency || availableParallelism(),
    queueLimit: password.hashQueue,
    observe: (seconds) => metrics.passwordHashed(seconds),
  })
  metrics.watchHashQueue(() => hasher.depth())
  return hasher
}
