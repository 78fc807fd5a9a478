import type { Logger } from 'pino'
import { sweepAccessChanges } from './access/index.ts'
import { sweepOperations } from './admin/index.ts'
import { sweepIdempotencyKeys } from './admin/index.ts'
import type { ApiKeyNeeds } from './api-keys/index.ts'
import { remindOfKeyExpiry, sweepApiKeys } from './api-keys/index.ts'
import { appendAudit } from './audit/index.ts'
import type { Clock, Random } from './base/index.ts'
import { addSeconds } from './base/index.ts'
import type { ClientUses, SecretUses } from './clients/index.ts'
import { sweepClientSecrets, sweepUnusedClients } from './clients/index.ts'
import type { Config } from './config.ts'
import type { Db, Queries } from './db/index.ts'
import type { AccountCore } from './identity/index.ts'
import {
  eraseDueUsers,
  sweepActionTokens,
  sweepInvitations,
  sweepRegistrations,
  sweepSetupTokens,
} from './identity/index.ts'
import type { Jobs } from './jobs/index.ts'
import { createJobs, sweepDeadJobs, sweepInBatches } from './jobs/index.ts'
import type { KeyRing, Sealer } from './keys/index.ts'
import { createMissingKeys, encryptionAlgorithms, rotateIfDue, sweepKeys } from './keys/index.ts'
import type { MfaCore } from './mfa/index.ts'
import {
  remindOfBackupExpiry,
  sweepEmailCodes,
  sweepEmergencyGrants,
  sweepPendingTotp,
  sweepRememberedDevices,
  sweepUsedChallenges,
} from './mfa/index.ts'
import { sweepEvents, sweepMemories, sweepNotices } from './monitor/index.ts'
import {
  longestJwt,
  sweepCodes,
  sweepBackchannelRequests,
  sweepDeviceRequests,
  sweepOpaqueTokens,
  sweepRegistrationTokens,
  sweepRevokedTokens,
} from './oauth/index.ts'
import { sweepDevices, sweepFamilies, sweepImpersonations, sweepSessions } from './session/index.ts'
import { sweepDays } from './statistics/index.ts'
import type { Metrics } from './telemetry/index.ts'

type Needs = {
  readonly config: Config
  readonly log: Logger
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly keys: KeyRing
  readonly sealer: Sealer
  readonly metrics: Metrics
  readonly secretUses: SecretUses
  readonly clientUses: ClientUses
  readonly core: AccountCore
  readonly mfa: MfaCore
  readonly apiKeys: ApiKeyNeeds
}

/** Deletes up to `limit` rows that expired before a moment. */
type Sweep = (queries: Queries, before: Date, limit: number) => Promise<number>

/** Every table whose rows have a lifetime, and how long (seconds) they are kept beyond it. */
const sweeps = ({ mail, monitor }: Config): readonly (readonly [string, Sweep, keep: number])[] => [
  ['authorization_codes', sweepCodes, 600],
  ['revoked_access_tokens', sweepRevokedTokens, 60],
  ['backchannel_requests', sweepBackchannelRequests, 600],
  ['device_requests', sweepDeviceRequests, 600],
  ['opaque_tokens', sweepOpaqueTokens, 60],
  ['token_families', sweepFamilies, 60],
  ['sessions', sweepSessions, 60],
  ['setup_tokens', sweepSetupTokens, 0],
  ['registrations', sweepRegistrations, 60],
  ['invitations', sweepInvitations, 60],
  ['action_tokens', sweepActionTokens, 60],
  ['devices', sweepDevices, deviceMemory],
  ['mfa_totp', sweepPendingTotp, 0],
  ['mfa_used_challenges', sweepUsedChallenges, 0],
  ['mfa_email_codes', sweepEmailCodes, 60],
  ['mfa_emergency_grants', sweepEmergencyGrants, emergencyMemory],
  ['mfa_remembered_devices', sweepRememberedDevices, 0],
  ['queued_jobs', sweepDeadJobs, mail.keepDead],
  ['access_changes', sweepAccessChanges, changeMemory],
  ['bulk_operations', sweepOperations, 0],
  ['impersonations', sweepImpersonations, 0],
  ['idempotency_keys', sweepIdempotencyKeys, 60],
  ['client_secrets', sweepClientSecrets, 0],
  ['clients', sweepUnusedClients, 0],
  ['registration_tokens', sweepRegistrationTokens, tokenMemory],
  ['api_keys', sweepApiKeys, keyMemory],
  ['security_events', sweepEvents, 0],
  ['monitor_states', sweepMemories, 0],
  ['monitor_notices', sweepNotices, 0],
  ['statistics_daily', sweepDays, monitor.keepStatistics],
]
/** Seconds: longer than processes remember changes, and than a transaction may take. */
const changeMemory = 1200
/** Seconds for which their owner can see API keys that count no more. */
const keyMemory = 30 * 86_400
/** Seconds for which administrators can see initial access tokens that count no more. */
const tokenMemory = 30 * 86_400
/** Seconds after which a browser that was not seen any more is a new one; longer than its cookie. */
const deviceMemory = 400 * 86_400
/** Seconds for which administrators can look at emergency accesses; the audit log keeps them for ever. */
const emergencyMemory = 365 * 86_400
const maxBatches = 20

/** What the server does by itself, and how often. */
export function scheduleJobs(needs: Needs): Jobs {
  const { config, db, clock, metrics, log } = needs
  const jobs = createJobs({ db, log, onRun: (job, outcome) => metrics.jobRun(job, outcome) })
  jobs.every('keys.refresh', 10, () => needs.keys.refresh())
  jobs.every('keys.rotate', 3600, () => rotate(needs), { exclusive: true })
  jobs.every(
    'sweep',
    config.jobs.sweepEvery,
    async () => {
      for (const [table, sweep, keep] of sweeps(config)) {
        const before = addSeconds(clock.now(), -keep)
        const batch = (limit: number) => sweep(db, before, limit)
        metrics.rowsSwept(
          table,
          await sweepInBatches(batch, { limit: config.jobs.sweepBatch, maxBatches }),
        )
      }
    },
    { exclusive: true },
  )
  jobs.every('clients.secret_uses', 60, () => needs.secretUses.flush())
  jobs.every('clients.uses', 60, () => needs.clientUses.flush())
  jobs.every('mfa.remind', 3600, () => remind(needs), { exclusive: true })
  jobs.every('api_keys.remind', 3600, () => remindOfKeys(needs), { exclusive: true })
  jobs.every('users.erase', config.jobs.sweepEvery, () => erase(needs), { exclusive: true })
  return jobs
}

async function erase({ config, core, clock, metrics }: Needs): Promise<void> {
  const batch = (limit: number) => eraseDueUsers(core, clock.now(), limit)
  const limits = { limit: Math.min(config.jobs.sweepBatch, 100), maxBatches }
  metrics.rowsSwept('users', await sweepInBatches(batch, limits))
}

/** Letters to who has backup codes that soon count no more. */
async function remind({ mfa }: Needs): Promise<void> {
  await sweepInBatches((limit) => remindOfBackupExpiry(mfa, limit), { limit: 100, maxBatches })
}

/** Letters to who has API keys that end soon. */
async function remindOfKeys({ apiKeys }: Needs): Promise<void> {
  await sweepInBatches((limit) => remindOfKeyExpiry(apiKeys, limit), { limit: 100, maxBatches })
}

/** The longest that anything signed may be valid: what a retired key must outlive. */
export function keyPolicy(config: Config) {
  const { accessTokenLifetime, idTokenLifetime } = config.oauth
  const tokenLifetime = Math.max(
    accessTokenLifetime,
    idTokenLifetime,
    config.session.apiAccessLifetime,
    longestJwt,
  )
  const { publishLead, rotateEvery } = config.keys
  return { publishLead, rotateEvery, tokenLifetime }
}

/** Rotation with its audit entry, in one transaction. */
export function auditedRotation(
  needs: Pick<Needs, 'db' | 'clock' | 'random' | 'sealer'>,
  details: Readonly<Record<string, unknown>> = {},
) {
  return {
    ...needs,
    onRotated: (tx: Queries, kid: string) =>
      appendAudit(needs, tx, {
        actor: 'system',
        action: 'key.rotate',
        resource: `key:${kid}`,
        outcome: 'success',
        details,
      }),
  }
}

async function rotate(needs: Needs): Promise<void> {
  await createMissingKeys(needs, encryptionAlgorithms)
  await rotateIfDue(auditedRotation(needs), keyPolicy(needs.config))
  await sweepKeys(needs)
  await needs.keys.refresh()
}
