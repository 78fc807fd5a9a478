/**
 * THE wiring: configuration -> database, soft state, keys -> modules -> surfaces. Nothing else builds
 * long-lived things, and nothing imports this file but the commands and the tests.
 */
import { availableParallelism } from 'node:os'
import type { Logger } from 'pino'
import type { Clock, Random } from './base/index.ts'
import { secureRandom, systemClock } from './base/index.ts'
import { createClientCache } from './clients/index.ts'
import type { Config } from './config.ts'
import type { Db } from './db/index.ts'
import { createDb } from './db/index.ts'
import type { HttpServer } from './http/index.ts'
import type { PasswordHasher, PasswordRules } from './identity/index.ts'
import { checkNewPassword, createPasswordHasher } from './identity/index.ts'
import type { Jobs } from './jobs/index.ts'
import type { KeyRing } from './keys/index.ts'
import { createSealer, deriveSecret, openKeyRing } from './keys/index.ts'
import type { Kv } from './kv/index.ts'
import { createMemoryKv, createRedisKv } from './kv/index.ts'
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
  readonly passwords: PasswordRules
  readonly jobs: Jobs
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
  const jobs = scheduleJobs({ ...parts, config: options.config, log: options.log })
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
  const { minLength } = config.password
  const passwords: PasswordRules = {
    check: async (password, context) => checkNewPassword(password, { minLength, context }),
  }
  const clients = createClientCache({ db, clock })
  const refreshKeys = deriveSecret(masterKeys, 'refresh-token')
  const refreshTokens = createRefreshTokens([
    refreshKeys[0] ?? Buffer.alloc(0),
    ...refreshKeys.slice(1),
  ])
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
  }
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
