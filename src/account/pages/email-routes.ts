import type { Reply, Surface } from '../../http/index.ts'
import { confirmEmailByCode, requestEmailChange } from '../../identity/index.ts'
import { admitPublic, proofsOf } from '../../login/index.ts'
import type { Call, Form, Refused } from './door.ts'
import { onForm, onPage, refusalOf } from './door.ts'
import type { AccountPageNeeds } from './needs.ts'
import { emailPage, emailSentPage } from './views/email-page.ts'

const schema = { hide: true }
const path = '/account/email'

/** Another address, or proof of the present one; which of them exist elsewhere is never told. */
export function emailPages(surface: Surface, needs: AccountPageNeeds): void {
  const fresh = { freshFor: path }
  surface.get(
    path,
    { schema },
    onPage(needs, (call) => show(needs, call), fresh),
  )
  surface.post(
    path,
    { schema },
    onForm(needs, (call, form) => ask(needs, call, form), fresh),
  )
  surface.post(
    `${path}/verify`,
    { schema },
    // The present address is no secret to gain, so this asks for no fresh proof.
    onForm(needs, (call) => verify(needs, call)),
  )
  surface.get(
    `${path}/sent`,
    { schema },
    onPage(needs, (call) => showSent(needs, call)),
  )
  surface.post(
    `${path}/code`,
    { schema },
    onForm(needs, (call, form) => prove(needs, call, form)),
  )
}

async function ask(needs: AccountPageNeeds, call: Call, form: Form): Promise<Reply> {
  const email = form.get('email')?.trim() ?? ''
  try {
    await admitPublic(needs, call, ...proofsOf(email))
    await requestEmailChange(needs, call.user, email, call.visitor)
  } catch (error) {
    return show(needs, call, { ...refusalOf(call, error), email })
  }
  return call.go(`${path}/sent`)
}

async function verify(needs: AccountPageNeeds, call: Call): Promise<Reply> {
  const { email, emailVerified } = call.user
  if (email === null || emailVerified) return call.go('/account')
  await admitPublic(needs, call, ...proofsOf(email))
  await requestEmailChange(needs, call.user, email, call.visitor)
  return call.go(`${path}/sent`)
}

async function prove(needs: AccountPageNeeds, call: Call, form: Form): Promise<Reply> {
  const code = (form.get('code') ?? '').replaceAll(/\s/g, '')
  try {
    await admitPublic(needs, call)
    await confirmEmailByCode(needs, { userId: call.user.id, code }, call.visitor)
  } catch (error) {
    const { status, errors } = refusalOf(call, error)
    return showSent(needs, call, { status, errors: { code: Object.values(errors)[0] ?? '' } })
  }
  return call.go('/account?notice=email')
}

function show(
  needs: AccountPageNeeds,
  { t, user, link, hidden, reply }: Call,
  state: Partial<Refused> & { readonly email?: string } = {},
): Reply {
  const { status = 200, errors = {}, email = '' } = state
  const page = emailPage({ t, link, hidden, errors, current: user.email ?? undefined, email })
  return needs.pages.send(reply, page, { status })
}

function showSent(
  needs: AccountPageNeeds,
  { t, link, hidden, reply }: Call,
  { status = 200, errors = {} }: Partial<Refused> = {},
): Reply {
  const minutes = Math.ceil(needs.account.codeLifetime / 60)
  const page = emailSentPage({ t, link, hidden, errors, minutes })
  return needs.pages.send(reply, page, { status })
}
