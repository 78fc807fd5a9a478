/**
 * THE wiring: configuration -> database, soft state, keys (parts.ts) -> modules (accounts.ts, shared.ts) ->
 * surfaces and jobs (surfaces.ts, schedule.ts). Nothing else builds long-lived things, and nothing imports
 * this file but the commands and the tests.
 */
import type { AccessBook } from './access/index.ts'
import type { ChunkNeeds } from './admin/index.ts'
import { bulkJob, createUserSearch, runChunk } from './admin/index.ts'
import { accountCore, apiKeyNeeds, handleAccountJobs, mfaCore } from './accounts.ts'
import type { AuditWorker } from './audit/index.ts'
import { openAudit, scheduleAudit } from './audit-log.ts'
import type { Clock, Random } from './base/index.ts'
import type { Db } from './db/index.ts'
import type { HttpServer } from './http/index.ts'
import type { PasswordHasher, PasswordPolicy } from './identity/index.ts'
import type { Jobs, Queue } from './jobs/index.ts'
import type { KeyRing, Sealer } from './keys/index.ts'
import type { Kv } from './kv/index.ts'
import type { Inbox } from './mail/index.ts'
import type { PolicyBook } from './mfa/index.ts'
import {
  handleSecurityEvents,
  openFollowers,
  reportBrokenChain,
  scheduleStatistics,
} from './monitoring.ts'
import {
  backchannelHookJob,
  backchannelLetterJob,
  backchannelPingJob,
  callBackchannelHook,
  pingClient,
  sendLogoutToken,
  writeBackchannelLetter,
} from './oauth/index.ts'
import { createReceiver } from './outgoing/index.ts'
import type { ResourceBook } from './oauth/index.ts'
import type { Parts, PartsOptions } from './parts.ts'
import { createParts } from './parts.ts'
import { scheduleJobs } from './schedule.ts'
import { backchannelLogoutJob } from './session/index.ts'
import { openSurfaces } from './surfaces.ts'
import type { Counter } from './statistics/index.ts'
import type { Metrics } from './telemetry/index.ts'

export type AppOptions = PartsOptions & {
  /** Called before the first route is added, for what must see every route. */
  readonly onServer?: (http: HttpServer) => Promise<void>
  /** What /metrics answers where several processes are one server. */
  readonly renderMetrics?: (metrics: Metrics) => Promise<Rendered>
}

type Rendered = Awaited<ReturnType<Metrics['render']>>

/** The long-lived parts of a server; tests and commands may reach for them. */
export type App = {
  readonly http: HttpServer
  readonly db: Db
  readonly kv: Kv
  readonly keys: KeyRing
  readonly sealer: Sealer
  readonly hasher: PasswordHasher
  readonly passwords: PasswordPolicy
  readonly jobs: Jobs
  readonly queue: Queue
  readonly mfaPolicy: PolicyBook
  readonly access: AccessBook
  readonly resourceBook: ResourceBook
  /** Seals the audit log and takes its followers along. */
  readonly audit: AuditWorker
  /** What was sent while there is no mail server. */
  readonly inbox: Inbox
  readonly metrics: Metrics
  readonly counter: Counter
  /** What bulk operations stand on. */
  readonly bulk: ChunkNeeds
  readonly clock: Clock
  readonly random: Random
  /** Announces on /health/ready that no more requests should come. */
  readonly drain: () => void
  readonly close: () => Promise<void>
}

export async function createApp(options: AppOptions): Promise<App> {
  const parts = await createParts(options)
  try {
    return await assemble(options, parts)
  } catch (error) {
    await closeParts(parts)
    throw error
  }
}

async function assemble(options: AppOptions, parts: Parts): Promise<App> {
  const { metrics } = parts
  const state = { draining: false }
  const http = await openSurfaces(options, parts, state)
  const core = accountCore(options.config, options.masterKeys[0], parts)
  handleAccountJobs(core)
  const mfa = mfaCore(options.config, options.masterKeys[0], parts)
  // What is found is changed, so it is read where it is written.
  const userSearch = createUserSearch({ ...parts, reads: (work) => work(parts.db) })
  const bulk = { ...parts, ...core, mfa, userSearch }
  parts.queue.handle(bulkJob, (payload, job) => runChunk(bulk, payload, job))
  handleLogouts(options.config, parts)
  handleBackchannel(options.config, parts)
  const apiKeys = apiKeyNeeds(options.config, parts)
  const jobs = scheduleJobs({
    ...parts,
    core,
    mfa,
    apiKeys,
    config: options.config,
    log: options.log,
  })
  handleSecurityEvents(options, parts)
  const followers = openFollowers(options, parts)
  const audit = reportBrokenChain(openAudit(options, parts, followers), parts)
  scheduleAudit(jobs, audit, { ...options, ...parts })
  scheduleStatistics(jobs, parts)
  let closed: Promise<void> | undefined
  const shutDown = async () => {
    state.draining = true
    await http.close()
    await jobs.stop()
    await parts.secretUses.flush().catch(() => {})
    await parts.clientUses.flush().catch(() => {})
    await parts.queue.stop()
    // What cannot be written any more is some seconds of statistics.
    await parts.counter.flush().catch(() => undefined)
    await closeParts(parts)
  }
  return {
    ...parts,
    audit,
    bulk,
    http,
    jobs,
    metrics,
    drain: () => {
      state.draining = true
    },
    // Whoever closes it a second time waits for the first.
    close: () => (closed ??= shutDown()),
  }
}

/** Clients are told of sessions that ended (OpenID Connect Back-Channel Logout). */
function handleLogouts({ publicUrl: issuer, protocol }: AppOptions['config'], parts: Parts): void {
  const kind = { ...backchannelLogoutJob, attempts: protocol.logoutAttempts }
  parts.queue.handle(kind, (ended) => sendLogoutToken({ ...parts, issuer }, ended))
}

/** People, the operator's application and clients are told of requests by the back channel (CIBA). */
function handleBackchannel({ publicUrl, protocol }: AppOptions['config'], parts: Parts): void {
  const { queue, clock } = parts
  const { backchannelHookUrl: url, backchannelHookSecret: secret } = protocol
  const hook = url === '' ? undefined : createReceiver({ url, secret, clock })
  const needs = { ...parts, issuer: publicUrl, hook }
  queue.handle(backchannelLetterJob, (named) => writeBackchannelLetter(needs, named))
  queue.handle(backchannelHookJob, (named, job) => callBackchannelHook(needs, named, job))
  queue.handle(backchannelPingJob, (named) => pingClient(needs, named))
}

/** The connections, after everything that uses them. */
async function closeParts(parts: Parts): Promise<void> {
  const { transport, keys, access, clients, resourceBook, kv, replica, db } = parts
  transport.close()
  keys.close()
  await access.close()
  await clients.close()
  await resourceBook.close()
  await kv.close()
  await replica?.close()
  await db.close()
}
