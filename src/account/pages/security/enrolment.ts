import type { Reply } from '../../../http/index.ts'
import { backupCodesState, combine } from '../../../mfa/index.ts'
import { provedBy, reauthenticate } from '../../../session/index.ts'
import { confirmEnrolment } from '../../api/mfa/enrolment.ts'
import type { Call, Form } from '../door.ts'
import type { AccountPageNeeds } from '../needs.ts'
import { answerOf, subjectOf } from '../subject.ts'
import { showCodes } from './backup-codes.ts'

type Enrolment = {
  readonly kind: 'passkey' | 'totp' | 'email_code'
  readonly form: Form
  /** What is said afterwards, by name. */
  readonly notice: string
}

/**
 * Sets up what the form answers for; fails with what a person can do about it. The session stands for the
 * new factor as well, or its owner could not go on: it proves less now than the account asks for. Backup
 * codes are shown in this very answer and never again.
 */
export async function enrol(
  needs: AccountPageNeeds,
  call: Call,
  { kind, form, notice }: Enrolment,
): Promise<Reply> {
  const { user, session, visitor, reply } = call
  const answer = { ...answerOf(form), id: form.get('id'), name: form.get('name') }
  const confirmed = await confirmEnrolment(needs.mfa, subjectOf(needs, call), { kind, answer })
  const { token, session: renewed } = await reauthenticate(needs, session, {
    proved: combine(provedBy(session), confirmed.proof),
    origin: visitor.origin,
  })
  needs.cookies.writeSession(reply, token, renewed)
  const codes = confirmed.codes.backup_codes
  if (codes === undefined) return call.go(`/account/security?notice=${notice}`)
  const { expiresAt } = await backupCodesState(needs.db, user.id, needs.clock.now())
  return showCodes(needs, call, { codes, expiresAt, notice })
}
