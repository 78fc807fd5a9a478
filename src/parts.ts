import { availableParallelism } from 'node:os'
import type { Logger } from 'pino'
import type { Clock, Random } from './base/index.ts'
import { deriveKey, secureRandom, systemClock } from './base/index.ts'
import { createAccessBook } from './access/index.ts'
import {
  createClientCache,
  createClientKeys,
  createClientUses,
  createSecretUses,
} from './clients/index.ts'
import type { Config } from './config.ts'
import { connectionOptions } from './config-database.ts'
import type { Db, Reads, Replica } from './db/index.ts'
import { createDb, createReplica } from './db/index.ts'
import type { PasswordHasher, PasswordPolicy } from './identity/index.ts'
import { createPasswordHasher, createPasswordPolicy } from './identity/index.ts'
import type { QueueNeeds } from './jobs/index.ts'
import { createQueue, queueDepth } from './jobs/index.ts'
import { createSealer, deriveSecret, openKeyRing, openLastingSecret } from './keys/index.ts'
import type { Kv, RedisKv } from './kv/index.ts'
import { createMemoryKv, createRedisKv } from './kv/index.ts'
import type { LinkedLimits, Limits } from './limits/index.ts'
import { createLimits } from './limits/index.ts'
import type { Inbox, Transport } from './mail/index.ts'
import {
  createInbox,
  letterJob,
  mailHandler,
  noTransport,
  openSmtpTransport,
} from './mail/index.ts'
import { createOutgoing, createRemoteKeys } from './outgoing/index.ts'
import { createPolicyBook } from './mfa/index.ts'
import {
  createIssuerKeys,
  createResourceBook,
  createSubjects,
  createTokenRows,
  createVerifiedTokens,
} from './oauth/index.ts'
import type { RefreshTokens } from './session/index.ts'
import { createPlaces, createRefreshTokens } from './session/index.ts'
import { createCounter } from './statistics/index.ts'
import type { Metrics } from './telemetry/index.ts'
import { createMetrics } from './telemetry/index.ts'

export type PartsOptions = {
  readonly config: Config
  readonly databaseUrl: string
  /** Keys of 32 bytes; the first seals. */
  readonly masterKeys: readonly [Buffer, ...Buffer[]]
  readonly log: Logger
  /** What another process of this server keeps for all of them. */
  readonly linked?: { readonly kv: Kv; readonly limits: LinkedLimits } | undefined
  readonly clock?: Clock
  readonly random?: Random
  /** Outgoing HTTP. */
  readonly fetch?: typeof globalThis.fetch
  /** For tests that count what reaches the database. */
  readonly onStatement?: (text: string) => void
}

export type Parts = Awaited<ReturnType<typeof createParts>>

/** What everything else stands on. */
export async function createParts(options: PartsOptions) {
  const { config, masterKeys, log } = options
  const clock = options.clock ?? systemClock
  const random = options.random ?? secureRandom
  const metrics = createMetrics()
  const db = openDatabase(options, metrics)
  const replica = openReplica(options, db, metrics)
  const reads: Reads = replica?.reads ?? ((work) => work(db))
  const kv = await openKv(options, clock)
  const sealer = createSealer(masterKeys, random)
  const keys = await openKeyRing({ db, clock, sealer, log })
  const limits = openLimits(options, clock, kv)
  const access = createAccessBook({
    db,
    clock,
    kv,
    sharedKey: isRedis(kv) ? deriveKey(masterKeys[0], 'shared-standings') : undefined,
    count: metrics.accessCache,
  })
  metrics.watchAccess(() => access.stats())
  const outgoing = createOutgoing({ allow: config.protocol.outgoingHosts })
  const remoteKeys = createRemoteKeys({ outgoing, clock })
  const common = { clock, random, metrics, db, reads, replica, kv, sealer, keys, limits }
  return {
    ...common,
    hasher: openHasher(config, metrics),
    passwords: openPasswords(options, metrics),
    clients: createClientCache({ db, clock, kv }),
    resourceBook: createResourceBook({ db, clock, kv }),
    secretUses: createSecretUses({ db, clock }),
    clientUses: createClientUses({ db, clock, lifetime: config.protocol.registrationLifetime }),
    refreshTokens: openRefreshTokens(masterKeys),
    verifiedTokens: createVerifiedTokens(keys),
    tokenRows: createTokenRows(common),
    subjects: createSubjects(await openLastingSecret(common, 'pairwise subjects')),
    mfaPolicy: createPolicyBook({ db, clock }),
    access,
    places: createPlaces({ file: config.session.placeFile, log }),
    outgoing,
    outgoingHosts: config.protocol.outgoingHosts,
    remoteKeys,
    clientKeys: createClientKeys({ remoteKeys }),
    issuerKeys: createIssuerKeys({ clock, outgoing, remoteKeys }),
    counter: createCounter({ db, clock, onOverflow: metrics.statisticsDropped }),
    ...(await openPost(config, { ...common, log })),
  }
}

function openDatabase(
  { config, databaseUrl, log, onStatement }: PartsOptions,
  metrics: Metrics,
): Db {
  const db = createDb({
    ...connectionOptions(config.database, databaseUrl),
    poolSize: config.database.poolSize,
    pipelineConnections: config.database.pipelineConnections,
    onWait: metrics.poolWaited,
    onStatement: (text, kind) => {
      metrics.databaseStatement(kind)
      onStatement?.(text)
    },
    onError: (err) => log.warn({ err }, 'database connection lost'),
  })
  metrics.watchPool(() => db.stats())
  return db
}

function openReplica(
  { config, log }: PartsOptions,
  primary: Db,
  metrics: Metrics,
): Replica | undefined {
  const { replicaUrl } = config.database
  if (replicaUrl === '') return undefined
  const replica = createReplica({
    ...connectionOptions(config.database, replicaUrl),
    primary,
    onRead: metrics.replicaRead,
    onError: (err) => log.warn({ err }, 'connection to the replica lost'),
  })
  metrics.watchReplica(replica)
  return replica
}

async function openKv({ config, log, linked }: PartsOptions, clock: Clock): Promise<Kv | RedisKv> {
  if (linked !== undefined) return linked.kv
  const { url } = config.redis
  if (url === '') return createMemoryKv({ clock, maxEntries: 20_000 })
  const onError = (err: unknown) => log.warn({ err }, 'redis')
  return createRedisKv({ url, prefix: 'cardea:', onError })
}

function openLimits(
  { config, masterKeys, linked }: PartsOptions,
  clock: Clock,
  kv: Kv | RedisKv,
): Limits {
  return createLimits({
    settings: { ...config.limits, perRecipientHourly: config.mail.perRecipientHourly },
    clock,
    secret: deriveKey(masterKeys[0], 'limits'),
    ...(isRedis(kv) && { redis: kv }),
    linked: linked?.limits,
  })
}

function openPasswords({ config, log, fetch }: PartsOptions, metrics: Metrics): PasswordPolicy {
  return createPasswordPolicy({
    settings: config.password,
    log,
    fetch: fetch ?? globalThis.fetch,
    context: ['Cardea', new URL(config.publicUrl).hostname],
    observeBreachCheck: (source, outcome) => metrics.breachCheck(source, outcome),
  })
}

function openRefreshTokens(masterKeys: PartsOptions['masterKeys']): RefreshTokens {
  const [current = Buffer.alloc(0), ...older] = deriveSecret(masterKeys, 'refresh-token')
  return createRefreshTokens([current, ...older])
}

type PostNeeds = QueueNeeds & { readonly metrics: Metrics; readonly limits: Limits }

/** The queue, what letters leave by, and the job that sends them. */
async function openPost(config: Config, { metrics, limits, ...needs }: PostNeeds) {
  const queue = createQueue({ ...needs, onRun: metrics.queuedJob })
  metrics.watchQueue(() => queueDepth(needs.db))
  const inbox = createInbox(needs)
  const transport = await chooseTransport(config, inbox)
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
async function chooseTransport({ mail, env }: Config, inbox: Inbox): Promise<Transport> {
  if (mail.url !== '') return openSmtpTransport(mail)
  return env === 'production' ? noTransport : inbox
}

function openHasher({ password, workers }: Config, metrics: Metrics): PasswordHasher {
  // The cores are shared by all who serve on them.
  const cores = Math.max(1, Math.floor(availableParallelism() / workers))
  const hasher = createPasswordHasher({
    memoryKib: password.argon2MemoryKib,
    iterations: password.argon2Iterations,
    parallelism: password.argon2Parallelism,
    concurrency: password.hashConcurrency || cores,
    queueLimit: password.hashQueue,
    observe: (seconds) => metrics.passwordHashed(seconds),
  })
  metrics.watchHashQueue(() => hasher.depth())
  return hasher
}
