import { appendAudit } from '../../audit/index.ts'
import type { UserId } from '../../base/index.ts'
import { addSeconds, newId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { lockAccount, readStanding } from '../account/store.ts'
import type { MfaCore, Subject } from '../factor.ts'
import { mfaFailures } from '../failures.ts'
import { allows } from '../policy/policy.ts'
import { isProtected } from '../standing.ts'
import { happening, securityUrl, tell } from '../tell.ts'
import { backupDigest, newBackupCode, readBackupCode } from './code.ts'
import { replaceBackupSet, selectBackupSet } from './store.ts'

const codesInSet = 10
const lifetime = 365 * 86_400

/**
 * Makes a set in place of the one before, whose codes end here. The caller holds the account
 * (`lockAccount`). Returns the codes, of which only digests are kept.
 */
export async function issueBackupCodes(
  core: Pick<MfaCore, 'clock' | 'random' | 'codeKey'>,
  tx: Tx,
  userId: UserId,
): Promise<readonly string[]> {
  const now = core.clock.now()
  const codes = Array.from({ length: codesInSet }, () => newBackupCode(core.random))
  await replaceBackupSet(tx, {
    userId,
    setId: newId(core.clock, core.random),
    digests: codes.map((code) => backupDigest(core.codeKey, userId, readBackupCode(code) ?? code)),
    now,
    expiresAt: expiryOf(now),
  })
  return codes
}

export type RenewedCodes = { readonly codes: readonly string[]; readonly expiresAt: Date }

/** A new set for somebody with a second factor, as often as they like. Fails with 409 without one. */
export async function renewBackupCodes(
  core: MfaCore,
  { person, origin }: Subject,
): Promise<RenewedCodes> {
  const { policy } = await core.policy.current()
  if (!allows(policy, 'backup_code')) throw mfaFailures.not_offered()
  return core.db.transaction(async (tx) => {
    const now = core.clock.now()
    await lockAccount(tx, person.id, now)
    const standing = await readStanding(tx, person.id, now)
    if (!isProtected(standing, policy)) throw mfaFailures.no_factor()
    const codes = await issueBackupCodes(core, tx, person.id)
    await appendAudit(core, tx, {
      actor: `user:${person.id}`,
      action: 'mfa.renew_backup_codes',
      resource: `user:${person.id}`,
      outcome: 'success',
      origin,
    })
    const values = { ...happening(core, person, origin), securityUrl: securityUrl(core.issuer) }
    await tell(core, tx, { person, origin }, { template: 'backup-codes-renewed', values })
    return { codes, expiresAt: expiryOf(now) }
  })
}

export type BackupCodesState = {
  /** Codes that count now. */
  readonly remaining: number
  readonly total: number
  readonly expiresAt: Date | null
  /** Oldest first. */
  readonly used: readonly {
    readonly at: Date
    readonly ip: string | null
    readonly userAgent: string | null
  }[]
}

/** What a person may see of the current set: everything but the codes. */
export async function backupCodesState(
  queries: Queries,
  userId: UserId,
  now: Date,
): Promise<BackupCodesState> {
  const rows = await selectBackupSet(queries, userId)
  const expiresAt = rows[0]?.expiresAt ?? null
  const used = rows.flatMap(({ usedAt: at, ip, userAgent }) =>
    at === null ? [] : [{ at, ip, userAgent }],
  )
  const counts = expiresAt !== null && expiresAt > now
  const remaining = counts ? rows.length - used.length : 0
  return { remaining, total: rows.length, expiresAt, used }
}

function expiryOf(now: Date): Date {
  return addSeconds(now, lifetime)
}
