/**
 * Every table whose rows have a lifetime: by which column, by which statement, and how long they are kept beyond it.
 * docs/guide/tables.md tells the same to operators, and test/flows/tables.test.ts compares.
 */
import type { Logger } from 'pino'
import { sweepAccessChanges, sweepAssignments } from './access/index.ts'
import { sweepIdempotencyKeys, sweepOperations } from './admin/index.ts'
import { sweepApiKeys } from './api-keys/index.ts'
import type { Clock } from './base/index.ts'
import { addSeconds, stopwatch } from './base/index.ts'
import {
  deleteConsentsOfClients,
  sweepClientSecrets,
  sweepUnusedClients,
  unusedClients,
} from './clients/index.ts'
import type { Config } from './config.ts'
import type { Db, Ending, Queries, Tx } from './db/index.ts'
import { countOverdue } from './db/index.ts'
import type { AccountCore } from './identity/index.ts'
import {
  dueUsers,
  eraseDueUsers,
  sweepActionTokens,
  sweepInvitations,
  sweepRegistrations,
  sweepSetupTokens,
} from './identity/index.ts'
import type { Batch, Run } from './jobs/index.ts'
import { createSweeper, limitBatch, sweepDeadJobs } from './jobs/index.ts'
import {
  sweepEmailCodes,
  sweepEmergencyGrants,
  sweepPendingTotp,
  sweepRememberedDevices,
  sweepUsedChallenges,
} from './mfa/index.ts'
import { sweepEvents, sweepMemories, sweepNotices } from './monitor/index.ts'
import {
  sweepBackchannelRequests,
  sweepCodes,
  sweepDeviceRequests,
  sweepOpaqueTokens,
  sweepRegistrationTokens,
  sweepRevokedTokens,
} from './oauth/index.ts'
import {
  deleteFamiliesOfClients,
  deleteTracesOfUsers,
  sweepDevices,
  sweepFamilies,
  sweepImpersonations,
  sweepSessions,
} from './session/index.ts'
import { sweepDays } from './statistics/index.ts'
import type { Metrics } from './telemetry/index.ts'

export type Expiry = Ending & {
  /** As operators know it; the table unless it is only a part of one. */
  readonly name: string
  /** Seconds. */
  readonly keep: number
  /** Deletes up to `limit` rows that ended before a moment, those that nobody holds, the oldest first. */
  readonly sweep: (tx: Queries, before: Date, limit: number) => Promise<number>
}

const expiry = (
  table: string,
  sweep: Expiry['sweep'],
  keep: number,
  rest: Partial<Expiry> = {},
): Expiry => ({ name: table, table, sweep, keep, column: 'expires_at', ...rest })

export const expiries = ({ mail, monitor }: Config): readonly Expiry[] => [
  expiry('authorization_codes', sweepCodes, 600),
  expiry('revoked_access_tokens', sweepRevokedTokens, 60),
  expiry('backchannel_requests', sweepBackchannelRequests, 600),
  expiry('device_requests', sweepDeviceRequests, 600),
  expiry('opaque_tokens', sweepOpaqueTokens, 60),
  expiry('token_families', sweepFamilies, 60),
  expiry('sessions', sweepSessions, 60),
  expiry('setup_tokens', sweepSetupTokens, 0),
  expiry('registrations', sweepRegistrations, 60),
  expiry('invitations', sweepInvitations, 60),
  expiry('action_tokens', sweepActionTokens, 60),
  expiry('devices', sweepDevices, deviceMemory, { column: 'last_seen_at' }),
  expiry('mfa_totp', sweepPendingTotp, 0, { column: 'pending_until' }),
  expiry('mfa_used_challenges', sweepUsedChallenges, 0),
  expiry('mfa_email_codes', sweepEmailCodes, 60),
  expiry('mfa_emergency_grants', sweepEmergencyGrants, emergencyMemory),
  expiry('mfa_remembered_devices', sweepRememberedDevices, 0),
  expiry('queued_jobs', sweepDeadJobs, mail.keepDead, { column: 'died_at' }),
  expiry('access_changes', sweepAccessChanges, changeMemory, { column: 'changed_at' }),
  expiry('role_assignments', sweepAssignments, assignmentMemory, { column: 'ends_at' }),
  expiry('bulk_operations', sweepOperations, 0),
  expiry('impersonations', sweepImpersonations, 0),
  expiry('idempotency_keys', sweepIdempotencyKeys, 60),
  expiry('clients', sweepClientSecrets, 0, {
    name: 'client_secrets',
    column: 'previous_secret_expires_at',
  }),
  expiry('clients', sweepClients, 0, { only: 'is_active' }),
  expiry('registration_tokens', sweepRegistrationTokens, tokenMemory),
  expiry('api_keys', sweepApiKeys, keyMemory, { column: 'ended_at' }),
  expiry('security_events', sweepEvents, 0),
  expiry('monitor_states', sweepMemories, 0),
  expiry('monitor_notices', sweepNotices, 0),
  expiry('statistics_daily', sweepDays, monitor.keepStatistics, { column: 'day' }),
]
/** Seconds: longer than processes remember changes, and than a transaction may take. */
const changeMemory = 1200
/** Seconds for which administrators can see assignments that ended; the audit log keeps them for longer. */
const assignmentMemory = 400 * 86_400
/** Seconds for which their owner can see API keys that count no more. */
const keyMemory = 30 * 86_400
/** Seconds for which administrators can see initial access tokens that count no more. */
const tokenMemory = 30 * 86_400
/** Seconds after which a browser that was not seen any more is a new one; longer than its cookie. */
const deviceMemory = 400 * 86_400
/** Seconds for which administrators can look at emergency accesses; the audit log keeps them for ever. */
const emergencyMemory = 365 * 86_400

/** What people gave a client goes before it, or one row would take very many along. */
export async function sweepClients(tx: Tx, before: Date, limit: number): Promise<number> {
  const ids = await unusedClients(tx, before, limit)
  if (ids.length === 0) return 0
  const families = await deleteFamiliesOfClients(tx, ids, limit)
  if (families >= limit) return families
  const consents = await deleteConsentsOfClients(tx, ids, limit - families)
  if (families + consents >= limit) return families + consents
  return families + consents + (await sweepUnusedClients(tx, before, limit))
}

type Needs = {
  readonly config: Config
  readonly log: Logger
  readonly db: Db
  readonly clock: Clock
  readonly metrics: Metrics
}

/** Overdue rows are counted so far: enough to see that too many wait. */
const mostCounted = 10_000

/** The run that deletes what has expired, then counts what still waits. */
export function sweepTables(needs: Needs): Run {
  const { config, db, clock } = needs
  const all = expiries(config)
  const run = createSweeper({
    ...sweeperNeeds(needs),
    sweeps: all.map(({ name, keep, sweep }) => ({
      table: name,
      remove: (limit) =>
        limited(db, (tx) => timed(() => sweep(tx, addSeconds(clock.now(), -keep), limit))),
    })),
  })
  return async (end) => {
    const outcome = await run(end)
    for (const one of all) if (!end.aborted) await measure(needs, one)
    return outcome
  }
}

/** The same of people whose account is to be erased. */
export function eraseUsers(needs: Needs & { readonly core: AccountCore }): Run {
  const { config, core, clock } = needs
  const run = createSweeper({
    ...sweeperNeeds(needs),
    mostRows: Math.min(config.jobs.sweepBatch, 100),
    sweeps: [{ table: 'users', remove: (limit) => timed(() => erase(core, clock.now(), limit)) }],
  })
  return async (end) => {
    const outcome = await run(end)
    if (!end.aborted)
      await measure(needs, { name: 'users', table: 'users', column: 'delete_after', keep: 0 })
    return outcome
  }
}

/** What hangs on a person goes before, or one row would take very many along. */
async function erase(core: AccountCore, before: Date, limit: number): Promise<number> {
  const ids = (await dueUsers(core.db, before, limit)).map(({ id }) => id)
  if (ids.length === 0) return 0
  const traces = await limited(core.db, (tx) => deleteTracesOfUsers(tx, ids, limit))
  if (traces >= limit) return traces
  return traces + (await eraseDueUsers(core, before, limit - traces))
}

function sweeperNeeds({ config, log, db, metrics }: Needs) {
  return {
    mostRows: config.jobs.sweepBatch,
    busy: () => db.stats().pool.waiting > 0,
    log,
    onSwept: metrics.rowsSwept,
    onFailed: metrics.sweepFailed,
  }
}

async function timed(work: () => Promise<number>): Promise<Batch> {
  const elapsed = stopwatch()
  return { rows: await work(), ms: elapsed() }
}

/** On a connection of its own and not on one that carries the statements of requests, which would wait behind it. */
function limited<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction(
    async (tx) => {
      // Written together with what follows, which saves a round trip.
      const [, done] = await Promise.all([limitBatch(tx), work(tx)])
      return done
    },
    { idempotent: true },
  )
}

async function measure(
  { db, clock, metrics, log }: Needs,
  { name, keep, ...ending }: Omit<Expiry, 'sweep'>,
): Promise<void> {
  const before = addSeconds(clock.now(), -keep)
  try {
    const { rows, oldest } = await limited(db, (tx) =>
      countOverdue(tx, ending, { before, most: mostCounted }),
    )
    const age = oldest === null ? 0 : (before.getTime() - oldest.getTime()) / 1000
    metrics.rowsWaiting(name, { rows, age: Math.max(0, age) })
  } catch (err) {
    log.warn({ err, table: name }, 'expired rows could not be counted')
  }
}
