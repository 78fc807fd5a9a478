import type { AccessBook } from './access/index.ts'
import { holdersOf, reachesCardea, roleKeys, rolesOfGroups } from './access/index.ts'
import type { AuditFollower, AuditWorker } from './audit/index.ts'
import { appendAudit, ChainBroken } from './audit/index.ts'
import type { Clock, Random } from './base/index.ts'
import { isUuid } from './base/index.ts'
import type { Config } from './config.ts'
import type { Db } from './db/index.ts'
import { findUser } from './identity/index.ts'
import type { Jobs, Queue } from './jobs/index.ts'
import type { Reach, Recipient } from './monitor/index.ts'
import {
  createMonitor,
  kinds,
  sendWebhook,
  tellJob,
  tellOfEvent,
  webhookJob,
} from './monitor/index.ts'
import { createReceiver } from './outgoing/index.ts'
import type { Places } from './session/index.ts'
import type { Counter } from './statistics/index.ts'
import { createStatisticsFollower, fold, reconcile } from './statistics/index.ts'
import type { Log, Metrics } from './telemetry/index.ts'

type Parts = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly queue: Queue
  readonly access: AccessBook
  readonly metrics: Metrics
  readonly counter: Counter
  readonly places: Places
}

type Options = {
  readonly config: Config
  readonly log: Log
}

const mostLetters = 50

/** What follows the audit log: the monitor, and the numbers of days. */
export function openFollowers(
  { config }: Pick<Options, 'config'>,
  parts: Parts,
): readonly AuditFollower[] {
  const monitor = createMonitor({
    ...parts,
    settings: config.monitor,
    placeOf: (ip) => parts.places.of(ip),
    readReach: (groupIds) => readReach(parts, groupIds),
  })
  return [monitor, createStatisticsFollower()]
}

/** How far every role and these groups reach into Cardea as things are now. */
async function readReach(
  { db, access, clock }: Parts,
  groupIds: readonly string[],
): Promise<(roleOrGroup: string) => Reach> {
  const [model, roles, ofGroups] = await Promise.all([
    access.model(),
    roleKeys(db),
    groupIds.length === 0 ? [] : rolesOfGroups(db, groupIds.filter(isUuid), clock.now()),
  ])
  const idsOf = new Map<string, readonly string[]>()
  for (const { id, name } of roles) idsOf.set(id, [id]).set(name, [id])
  for (const { groupId, roleId } of ofGroups) {
    idsOf.set(`group:${groupId}`, [...(idsOf.get(`group:${groupId}`) ?? []), roleId])
  }
  return (roleOrGroup) => {
    const { bySpelling } = model.permissionsOf(idsOf.get(roleOrGroup) ?? [])
    if (bySpelling.has('*:*')) return 'owner'
    const reaching = [...bySpelling.values()].some(({ permission }) => reachesCardea(permission))
    return reaching ? 'cardea' : 'none'
  }
}

/** The jobs that tell of security events after the transaction that found them. */
export function handleSecurityEvents({ config, log }: Options, parts: Parts): void {
  const { queue, clock, metrics } = parts
  const { notify, notifyFrom, window, webhookUrl: url, webhookSecret: secret } = config.monitor
  const needs = {
    ...parts,
    log,
    issuer: config.publicUrl,
    count: (kind: string, severity: string) => metrics.securityEvent(kind, severity),
    recipients: () => recipientsOf(parts, { notify, locale: config.locale }),
    notifyFrom,
    window,
    hasWebhook: url !== '',
  }
  // An alert on an increase must not miss the first one.
  for (const [kind, severity] of Object.entries(kinds)) metrics.securityEvent(kind, severity, 0)
  queue.handle(tellJob, ({ id }) => tellOfEvent(needs, id))
  const send = url === '' ? undefined : createReceiver({ url, secret, clock })
  queue.handle(webhookJob, (payload, job) => sendWebhook({ send }, payload, job))
}

type Notify = { readonly notify: string; readonly locale: string }

async function recipientsOf(parts: Parts, { notify, locale }: Notify): Promise<Recipient[]> {
  if (notify === 'nobody') return []
  if (notify === 'administrators') return administrators(parts)
  const addresses = notify.split(',').map((address) => address.trim())
  return addresses.map((to) => ({ to, locale, username: to }))
}

/** Everybody who may read security events and has proved an address. */
async function administrators(parts: Parts): Promise<Recipient[]> {
  const permission = { resource: 'cardea.security', action: 'read', onlyOwn: false }
  const wish = { now: parts.clock.now(), most: mostLetters }
  const ids = await holdersOf(parts, permission, wish)
  const users = await Promise.all(ids.map((id) => findUser(parts.db, id)))
  return users.flatMap((user) => {
    if (user?.isActive !== true || user.email === null || !user.emailVerified) return []
    const { email: to, username, profile } = user
    return [{ to, username, locale: profile.locale ?? 'en' }]
  })
}

const foldEvery = 5
const reconcileEvery = 86_400

/** Numbers: written every few seconds by every process, folded and reconciled by one. */
export function scheduleStatistics(jobs: Jobs, { db, counter, metrics }: Parts): void {
  jobs.every('statistics.flush', foldEvery, counter.flush)
  jobs.every('statistics.fold', foldEvery, async () => void (await fold({ db })), {
    exclusive: true,
  })
  jobs.every(
    'statistics.reconcile',
    reconcileEvery,
    async () => {
      const drifts = await reconcile({ db })
      for (const metric of ['users', 'users_with_factor', 'sessions']) {
        const own = drifts.filter((one) => one.metric === metric)
        const drift = own.reduce((sum, one) => sum + Math.abs(one.drift), 0)
        metrics.statisticsDrift(metric, drift)
      }
    },
    { exclusive: true },
  )
}

const reportEvery = 3_600_000

/** A broken chain becomes an entry of the log, which the monitor finds; not one each second. */
export function reportBrokenChain(
  worker: AuditWorker,
  needs: Pick<Parts, 'db' | 'clock' | 'random'>,
): AuditWorker {
  let reported = Number.NEGATIVE_INFINITY
  const report = async (broken: ChainBroken) => {
    const now = needs.clock.now().getTime()
    if (now - reported < reportEvery) return
    await appendAudit(needs, needs.db, {
      actor: 'system',
      action: 'audit.chain_broken',
      resource: 'audit_log',
      outcome: 'refused',
      details: { why: broken.message },
    })
    reported = now
  }
  const seal = async () => {
    try {
      await worker.seal()
    } catch (error) {
      if (error instanceof ChainBroken) await report(error)
      throw error
    }
  }
  return { ...worker, seal }
}
