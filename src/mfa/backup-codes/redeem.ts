import { appendAudit } from '../../audit/index.ts'
import type { Tx } from '../../db/index.ts'
import type { FactorAnswer, MfaCore, Subject, Verdict, WhyNot } from '../factor.ts'
import { happening, securityUrl, tell } from '../tell.ts'
import { backupCodesState } from './backup-codes.ts'
import { backupDigest, readBackupCode } from './code.ts'
import { holdBackupSet, selectBackupCode, takeBackupCode } from './store.ts'

const longestUserAgent = 512

/** Uses a code up, with its audit entry and its letter (ASVS 6.5.1). */
export async function redeemBackupCode(
  core: MfaCore,
  subject: Subject,
  answer: FactorAnswer,
): Promise<Verdict> {
  const code = readBackupCode(answer.code)
  if (code === undefined) return { ok: false, why: 'malformed' }
  const { person, origin } = subject
  const digest = backupDigest(core.codeKey, person.id, code)
  const userAgent = origin.userAgent?.slice(0, longestUserAgent) ?? null
  return core.db.transaction(async (tx): Promise<Verdict> => {
    const now = core.clock.now()
    // Held before any code of it, as whoever renews the set does: so nobody waits in a circle.
    if ((await holdBackupSet(tx, person.id)) === undefined)
      return { ok: false, why: 'not_enrolled' }
    const use = { userId: person.id, digest, now, ip: origin.ip ?? null, userAgent }
    if ((await takeBackupCode(tx, use)) === 0) {
      return { ok: false, why: await whyRefused(tx, subject, digest) }
    }
    await recordUse(core, tx, subject)
    return { ok: true, proof: { kind: 'backup_code', at: now.getTime() } }
  })
}

async function whyRefused(tx: Tx, { person }: Subject, digest: Buffer): Promise<WhyNot> {
  const found = await selectBackupCode(tx, person.id, digest)
  if (found === undefined) return 'wrong'
  return found.usedAt === null ? 'expired' : 'used'
}

async function recordUse(core: MfaCore, tx: Tx, { person, origin }: Subject): Promise<void> {
  const { remaining: left } = await backupCodesState(tx, person.id, core.clock.now())
  await appendAudit(core, tx, {
    actor: `user:${person.id}`,
    action: 'mfa.use_backup_code',
    resource: `user:${person.id}`,
    outcome: 'success',
    origin,
    details: { left },
  })
  const values = {
    ...happening(core, person, origin),
    left: String(left),
    securityUrl: securityUrl(core.issuer),
  }
  await tell(core, tx, { person, origin }, { template: 'backup-code-used', values })
}
