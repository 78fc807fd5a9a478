import { appendAudit } from '../../audit/index.ts'
import type { Tx } from '../../db/index.ts'
import { issueBackupCodes } from '../backup-codes/backup-codes.ts'
import type { FactorEntry, MfaCore, Subject } from '../factor.ts'
import { mfaFailures } from '../failures.ts'
import { allows } from '../policy/policy.ts'
import { happening, securityUrl, tell } from '../tell.ts'
import { readStanding, setMustEnrol } from './store.ts'

/**
 * What follows from a new factor, in its transaction: audit, letter, and backup codes for who has none.
 * The caller has locked the account and stored the factor. Returns the codes, which are shown once.
 */
export async function recordEnrolment(
  core: MfaCore,
  tx: Tx,
  { person, origin, onlyFirst = false }: Subject,
  entry: FactorEntry,
): Promise<readonly string[] | undefined> {
  const now = core.clock.now()
  const { policy } = await core.policy.current()
  const standing = await readStanding(tx, person.id, now)
  // Of two sign-ins that both know the password only one sets up the first factor; the other one must show it.
  if (onlyFirst && standing.passkeys + standing.totp + Number(standing.emailCode) > 1) {
    throw mfaFailures.gone()
  }
  await setMustEnrol(tx, person.id, false, now)
  await appendAudit(core, tx, {
    actor: `user:${person.id}`,
    action: 'mfa.enrol',
    resource: `user:${person.id}`,
    outcome: 'success',
    origin,
    details: { factor: entry.kind, id: entry.id },
  })
  const about = { person, origin }
  await tell(core, tx, about, {
    template: 'factor-added',
    values: {
      ...happening(core, person, origin),
      factor: entry.kind,
      name: entry.name,
      securityUrl: securityUrl(core.issuer),
    },
  })
  if (standing.backupCodes > 0 || !allows(policy, 'backup_code')) return undefined
  return issueBackupCodes(core, tx, person.id)
}
