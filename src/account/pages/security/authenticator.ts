import type { Reply } from '../../../http/index.ts'
import { allows, factorOf, mfaFailures } from '../../../mfa/index.ts'
import type { Call, Form } from '../door.ts'
import { refusalOf } from '../door.ts'
import type { AccountPageNeeds } from '../needs.ts'
import { subjectOf } from '../subject.ts'
import { enrol } from './enrolment.ts'
import { showSecurity } from './show.ts'
import { authenticatorPage } from './views/authenticator-page.ts'

/** Shows a new secret for an authenticator app, this once. */
export async function beginAuthenticator(needs: AccountPageNeeds, call: Call): Promise<Reply> {
  const { t, link, hidden, reply } = call
  try {
    const { policy } = await needs.mfa.policy.current()
    if (!allows(policy, 'totp')) throw mfaFailures.not_offered()
    const offer = await factorOf('totp').enrol?.begin(needs.mfa, subjectOf(needs, call))
    if (offer?.kind !== 'totp') throw mfaFailures.not_offered()
    const page = authenticatorPage({ t, link, hidden, offer })
    return needs.pages.send(reply, page, { repeatable: false })
  } catch (error) {
    return showSecurity(needs, call, refusalOf(call, error))
  }
}

/** A wrong code may be corrected; the secret is in the app by then and not shown again. */
export async function confirmAuthenticator(
  needs: AccountPageNeeds,
  call: Call,
  form: Form,
): Promise<Reply> {
  try {
    return await enrol(needs, call, { kind: 'totp', form, notice: 'authenticator-added' })
  } catch (error) {
    const { t, link, hidden, reply } = call
    const { status, errors } = refusalOf(call, error)
    const offer = { id: form.get('id') ?? '' }
    const refused = { error: Object.values(errors)[0] ?? '', name: form.get('name') ?? '' }
    const page = authenticatorPage({ t, link, hidden, offer, ...refused })
    return needs.pages.send(reply, page, { status })
  }
}
