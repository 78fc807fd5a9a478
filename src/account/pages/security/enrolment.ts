import type { Failure } from '../../../base/index.ts'
import type { Reply } from '../../../http/index.ts'
import type { Enrolled, FactorKind } from '../../../mfa/index.ts'
import { backupCodesState, combine, factorOf, mfaFailures } from '../../../mfa/index.ts'
import { provedBy, reauthenticate } from '../../../session/index.ts'
import type { Call, Form } from '../door.ts'
import type { AccountPageNeeds } from '../needs.ts'
import { answerOf, subjectOf } from '../subject.ts'
import { showCodes } from './backup-codes.ts'

/** Sets up what the form answers for; fails with what a person can do about it. */
export async function enrol(
  needs: AccountPageNeeds,
  call: Call,
  { kind, form }: { readonly kind: FactorKind; readonly form: Form },
): Promise<Extract<Enrolled, { ok: true }>> {
  const { enrol } = factorOf(kind)
  if (enrol === undefined) throw mfaFailures.not_offered()
  const answer = { ...answerOf(form), id: form.get('id'), name: form.get('name') }
  const enrolled = await enrol.confirm(needs.mfa, subjectOf(needs, call), answer)
  if (!enrolled.ok) throw enrolFailure(kind, enrolled.why)
  return enrolled
}

function enrolFailure(kind: FactorKind, why: Extract<Enrolled, { ok: false }>['why']): Failure {
  const log = { why }
  if (why === 'too_many') return mfaFailures.too_many({ log })
  if (why === 'attestation') return mfaFailures.attestation({ log })
  if (kind !== 'passkey') return mfaFailures.invalid_code({ log })
  return why === 'duplicate'
    ? mfaFailures.duplicate_passkey({ log })
    : mfaFailures.invalid_passkey({ log })
}

/**
 * The session stands for the new factor as well, or its owner could not go on: it proves less now than
 * the account asks for. Backup codes are shown in this very answer and never again.
 */
export async function finishEnrolment(
  needs: AccountPageNeeds,
  call: Call,
  {
    proof,
    backupCodes: codes,
    notice,
  }: Extract<Enrolled, { ok: true }> & { readonly notice: string },
): Promise<Reply> {
  const { user, session, visitor, reply } = call
  const proved = combine(provedBy(session), proof)
  const renewed = await reauthenticate(needs, session, { proved, origin: visitor.origin })
  needs.cookies.writeSession(reply, renewed.token, renewed.session)
  if (codes === undefined) return call.go(`/account/security?notice=${notice}`)
  const { expiresAt } = await backupCodesState(needs.db, user.id, needs.clock.now())
  return showCodes(needs, call, { codes, expiresAt, notice })
}
