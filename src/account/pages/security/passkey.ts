import type { Reply } from '../../../http/index.ts'
import { factorOf, mfaFailures } from '../../../mfa/index.ts'
import type { Call, Form, Refused } from '../door.ts'
import { refusalOf } from '../door.ts'
import type { AccountPageNeeds } from '../needs.ts'
import { subjectOf } from '../subject.ts'
import { enrol } from './enrolment.ts'
import { passkeyPage } from './views/passkey-page.ts'

/** Offers a new passkey. */
export async function beginPasskey(
  needs: AccountPageNeeds,
  call: Call,
  { status = 200, errors = {} }: Partial<Refused> = {},
): Promise<Reply> {
  const { t, link, hidden, reply } = call
  const offer = await factorOf('passkey').enrol?.begin(needs.mfa, subjectOf(needs, call))
  if (offer?.kind !== 'passkey') throw mfaFailures.not_offered()
  const { options } = offer
  const page = passkeyPage({ t, link, hidden, errors, options, script: needs.assets.passkey })
  return needs.pages.send(reply, page, { status, script: true })
}

export async function confirmPasskey(
  needs: AccountPageNeeds,
  call: Call,
  form: Form,
): Promise<Reply> {
  try {
    return await enrol(needs, call, { kind: 'passkey', form, notice: 'passkey-added' })
  } catch (error) {
    return beginPasskey(needs, call, refusalOf(call, error))
  }
}
