import type { Failure } from '../../base/index.ts'
import type { Fields, Reply } from '../../http/index.ts'
import { field, passkeyForm } from '../../http/index.ts'
import type { Offer } from '../../mfa/index.ts'
import { factorOf } from '../../mfa/index.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Desk, Exchange } from '../page-form.ts'
import { headersOf } from '../refusal.ts'
import { deskFor, pathFor } from './carry.ts'
import type { Enroller } from './enroller.ts'
import { choicePage } from './views/choice-page.ts'
import { emailSetupPage, totpSetupPage } from './views/setup-pages.ts'

/** The page on which somebody chooses a factor, with a passkey a click away. */
export async function showChoice(
  needs: LoginNeeds,
  exchange: Exchange,
  enroller: Enroller,
  refusal?: Failure,
): Promise<Reply> {
  const { candidate, kinds, later } = enroller
  const desk = deskFor(needs, exchange, candidate)
  const { t, action, hidden } = desk
  const until = later?.until && t.time(later.until, candidate.person.profile.zoneinfo)
  const page = choicePage({
    t,
    hidden,
    error: refusal && t.any(refusal.kind.words),
    passkeyForm: await createForm(needs, desk, enroller),
    ...(kinds.includes('totp') && { totpAction: action('/login/enrol/totp') }),
    ...(kinds.includes('email_code') && { emailAction: action('/login/enrol/email') }),
    ...(later && { later: { action: action('/login/enrol/later'), until } }),
  })
  exchange.reply.headers(headersOf(refusal))
  return desk.send(page, {
    status: refusal?.kind.status ?? 200,
    script: kinds.includes('passkey'),
  })
}

async function createForm(
  needs: LoginNeeds,
  { t, action, hidden }: Desk,
  { candidate, kinds }: Enroller,
): Promise<string | undefined> {
  if (!kinds.includes('passkey')) return undefined
  const offer = await factorOf('passkey').enrol?.begin(needs.mfa, candidate.subject)
  if (offer?.kind !== 'passkey') return undefined
  return passkeyForm({
    t,
    hidden,
    mode: 'create',
    action: action('/login/enrol/passkey'),
    options: offer.options,
    label: t('Set up a passkey'),
    id: 'passkey-submit',
    script: needs.assets.passkey,
    extra: field({
      t,
      name: 'name',
      label: t('Name of the passkey'),
      hint: t('So that you can tell it from others later.'),
      autocomplete: 'off',
      optional: true,
      capitals: 'words',
    }),
  })
}

type State =
  | { readonly offer: Offer }
  /** After a wrong code. The key of an app is not sent a second time: the app has it by then. */
  | {
      readonly again: 'totp' | 'email_code'
      readonly refusal: Failure
      readonly fields: Fields
    }

/** The page that takes the first code of a new factor. */
export async function showOffer(
  needs: LoginNeeds,
  exchange: Exchange,
  { candidate }: Enroller,
  state: State,
): Promise<Reply> {
  const desk = deskFor(needs, exchange, candidate)
  const { t, action, hidden, link } = desk
  const refusal = 'again' in state ? state.refusal : undefined
  const backUrl = link(pathFor(candidate, '/login/enrol'))
  const form = { t, hidden, backUrl, error: refusal && t.any(refusal.kind.words) }
  exchange.reply.headers(headersOf(refusal))
  const options = { status: refusal?.kind.status ?? 200 }
  const kind = 'again' in state ? state.again : state.offer.kind
  if (kind === 'email_code') {
    const sentTo = 'offer' in state && state.offer.kind === kind ? state.offer.sentTo : undefined
    const page = emailSetupPage({ ...form, action: action('/login/enrol/email/confirm'), sentTo })
    return desk.send(page, options)
  }
  const offer =
    'offer' in state && state.offer.kind === 'totp'
      ? state.offer
      : { id: ('fields' in state ? state.fields.id : undefined) ?? '' }
  const name = 'fields' in state ? state.fields.name : undefined
  const totp = { action: action('/login/enrol/totp/confirm'), offer }
  return desk.send(
    totpSetupPage({ ...form, ...totp, ...(name !== undefined && { name }) }),
    options,
  )
}
