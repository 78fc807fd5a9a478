import type { Failure } from '../../../base/index.ts'
import type { Reply } from '../../../http/index.ts'
import type { Words } from '../../../i18n/index.ts'
import { headersOf } from '../../../login/index.ts'
import type { FactorKind } from '../../../mfa/index.ts'
import { factorOf } from '../../../mfa/index.ts'
import type { Call } from '../door.ts'
import type { AccountPageNeeds } from '../needs.ts'
import { subjectOf } from '../subject.ts'
import { confirmFactorPage } from './factor-page.ts'
import { passwordPage } from './password-page.ts'
import type { Place } from './place.ts'

export const path = '/account/confirm'

/** This page with what it carries along. */
export function addressOf(carried: Readonly<Record<string, string>>): string {
  return `${path}?${new URLSearchParams(carried)}`
}

type State = {
  readonly error?: Words
  /** It was too early for another attempt. */
  readonly refusal?: Failure
  /** The address that a code has just gone to. */
  readonly sentTo?: string | undefined
}

/** Asks for what is missing: the password, or a passkey in its place, and then the second factor. */
export async function showConfirm(
  needs: AccountPageNeeds,
  call: Call,
  place: Place,
  { error, refusal, sentTo }: State = {},
): Promise<Reply> {
  const { t, user, link, hidden, reply } = call
  const { kind, kinds, proved, waiting, back } = place
  const carried = { return: back, ...(waiting && { signin: waiting.id }) }
  const options = kind === 'passkey' ? await optionsOf(needs, call) : undefined
  const script = options !== undefined
  const props = {
    t,
    action: link(path),
    hidden: { ...hidden, ...carried },
    user: user.profile.name ?? user.username,
    backUrl: link(back),
    error: refusal === undefined ? error && t(error) : t.any(refusal.kind.words),
    script: needs.assets.passkey,
  }
  const asksFactor = kind !== undefined && proved?.amr.includes('pwd') === true
  const linkTo = (factor: FactorKind) => link(addressOf({ ...carried, factor }))
  const page = asksFactor
    ? confirmFactorPage({
        ...props,
        kind,
        kinds,
        options,
        linkTo,
        sendUrl: link(`${path}/send`),
        sentTo,
      })
    : // Alone it must be two factors in one.
      passwordPage({ ...props, options: options && { ...options, userVerification: 'required' } })
  reply.headers(headersOf(refusal))
  const status = refusal?.kind.status ?? (error === undefined ? 200 : 400)
  return needs.pages.send(reply, page, { status, script })
}

/** What the browser asks the passkeys of the person. */
async function optionsOf(needs: AccountPageNeeds, call: Call): Promise<object | undefined> {
  const { options } = await factorOf('passkey').challenge(needs.mfa, subjectOf(needs, call))
  return options
}
