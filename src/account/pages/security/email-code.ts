import type { Reply } from '../../../http/index.ts'
import { admitPublic } from '../../../login/index.ts'
import { factorOf, mfaFailures } from '../../../mfa/index.ts'
import type { Call, Form, Refused } from '../door.ts'
import { refusalOf } from '../door.ts'
import type { AccountPageNeeds } from '../needs.ts'
import { subjectOf } from '../subject.ts'
import { enrol } from './enrolment.ts'
import { showSecurity } from './show.ts'
import { emailCodePage } from './views/email-code-page.ts'

/** Mails a code, which shows that codes arrive. */
export async function beginEmailCode(needs: AccountPageNeeds, call: Call): Promise<Reply> {
  try {
    await admitPublic(needs, call)
    const offer = await factorOf('email_code').enrol?.begin(needs.mfa, subjectOf(needs, call))
    if (offer === undefined) throw mfaFailures.not_offered()
    return show(needs, call)
  } catch (error) {
    return showSecurity(needs, call, refusalOf(call, error))
  }
}

export async function confirmEmailCode(
  needs: AccountPageNeeds,
  call: Call,
  form: Form,
): Promise<Reply> {
  try {
    return await enrol(needs, call, { kind: 'email_code', form, notice: 'email-code-added' })
  } catch (error) {
    const { status, errors } = refusalOf(call, error)
    return show(needs, call, { status, errors: { code: Object.values(errors)[0] ?? '' } })
  }
}

function show(
  needs: AccountPageNeeds,
  { t, user, link, hidden, reply }: Call,
  { status = 200, errors = {} }: Partial<Refused> = {},
): Reply {
  const page = emailCodePage({ t, link, hidden, errors, email: user.email ?? '' })
  return needs.pages.send(reply, page, { status })
}
