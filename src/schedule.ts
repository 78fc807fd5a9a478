import type { Logger } from 'pino'
import type { ApiKeyNeeds } from './api-keys/index.ts'
import { remindOfKeyExpiry } from './api-keys/index.ts'
import { appendAudit } from './audit/index.ts'
import type { Clock, Random } from './base/index.ts'
import type { ClientUses, SecretUses } from './clients/index.ts'
import type { Config } from './config.ts'
import type { Db, Queries } from './db/index.ts'
import type { AccountCore } from './identity/index.ts'
import type { JobOutcome, Jobs } from './jobs/index.ts'
import { createJobs, sweepInBatches } from './jobs/index.ts'
import type { KeyRing, Sealer } from './keys/index.ts'
import { createMissingKeys, encryptionAlgorithms, rotateIfDue, sweepKeys } from './keys/index.ts'
import type { MfaCore } from './mfa/index.ts'
import { remindOfBackupExpiry } from './mfa/index.ts'
import { longestJwt } from './oauth/index.ts'
import { eraseUsers, sweepTables } from './sweeps.ts'
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

const maxBatches = 20

/** What the server does by itself, and how often. */
export function scheduleJobs(needs: Needs): Jobs {
  const { config, db, metrics, log } = needs
  const onRun = (job: string, outcome: JobOutcome) => {
    metrics.jobRun(job, outcome)
    // Another process sweeps, and knows better what waits.
    if (job === 'sweep' && outcome === 'skipped') metrics.forgetRowsWaiting()
  }
  const jobs = createJobs({ db, log, onRun })
  jobs.every('keys.refresh', 10, () => needs.keys.refresh())
  jobs.every('keys.rotate', 3600, () => rotate(needs), { exclusive: true })
  jobs.every('sweep', config.jobs.sweepEvery, sweepTables(needs), { exclusive: true })
  jobs.every('clients.secret_uses', 60, () => needs.secretUses.flush())
  jobs.every('clients.uses', 60, () => needs.clientUses.flush())
  jobs.every('mfa.remind', 3600, () => remind(needs), { exclusive: true })
  jobs.every('api_keys.remind', 3600, () => remindOfKeys(needs), { exclusive: true })
  jobs.every('users.erase', config.jobs.sweepEvery, eraseUsers(needs), { exclusive: true })
  return jobs
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
