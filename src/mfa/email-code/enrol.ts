import { recordEnrolment } from '../account/record-enrolment.ts'
import { lockAccount } from '../account/store.ts'
import type { EnrolAnswer, Enrolled, FactorEntry, MfaCore, Offer, Subject } from '../factor.ts'
import { mfaFailures } from '../failures.ts'
import { allows } from '../policy/policy.ts'
import { shortAddress } from './code.ts'
import { provenAddress, sendCode } from './send-code.ts'
import { selectEmailCodeSince, startEmailCode, takeEmailCode } from './store.ts'
import { tryCode } from './verify.ts'

/**
 * Sends a code to the address of the account. Fails with 400 where mail is no factor, and with 409 for
 * who has proved no address or uses mailed codes already.
 */
export async function beginEmailCode(core: MfaCore, subject: Subject): Promise<Offer> {
  await requireAllowed(core)
  if ((await selectEmailCodeSince(core.db, subject.person.id)) !== undefined) {
    throw mfaFailures.too_many()
  }
  return { kind: 'email_code', sentTo: await sendCode(core, subject) }
}

/** Takes the code as the proof that letters arrive. */
export async function confirmEmailCode(
  core: MfaCore,
  subject: Subject,
  answer: EnrolAnswer,
): Promise<Enrolled> {
  await requireAllowed(core)
  const tried = await tryCode(core, subject, answer)
  if (!tried.ok) return tried
  const { person } = subject
  const now = core.clock.now()
  const entry: FactorEntry = {
    kind: 'email_code',
    id: person.id,
    name: shortAddress(provenAddress(person)),
    createdAt: now,
    lastUsedAt: null,
  }
  return core.db.transaction(async (tx): Promise<Enrolled> => {
    await lockAccount(tx, person.id, now)
    if ((await takeEmailCode(tx, tried.id)) === 0) return { ok: false, why: 'used' }
    if ((await startEmailCode(tx, person.id, now)) === 0) return { ok: false, why: 'duplicate' }
    const backupCodes = await recordEnrolment(core, tx, subject, entry)
    return { ok: true, entry, proof: { kind: 'email_code', at: now.getTime() }, backupCodes }
  })
}

/** NIST SP 800-63B-4 section 3.1.3 and ASVS 6.3.6: mail counts only where the operator says so. */
async function requireAllowed(core: MfaCore): Promise<void> {
  const { policy } = await core.policy.current()
  if (!allows(policy, 'email_code')) throw mfaFailures.not_offered()
}
