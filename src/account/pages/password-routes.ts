import type { Reply, Surface } from '../../http/index.ts'
import { changePassword, wrongPassword } from '../../identity/index.ts'
import { confirmPath } from '../../login/index.ts'
import { combine } from '../../mfa/index.ts'
import { provedBy, reauthenticate } from '../../session/index.ts'
import { confirmPassword } from '../confirm-password.ts'
import { lacksSecondFactor } from '../own-level.ts'
import type { Call, Form, Refused } from './door.ts'
import { onForm, onPage, refusalOf } from './door.ts'
import type { AccountPageNeeds } from './needs.ts'
import { passwordPage } from './views/password-page.ts'

const schema = { hide: true }
const path = '/account/password'

/** Asks for the current password (ASVS 6.2.3), and for a second factor of whoever has one. */
export function passwordPages(surface: Surface, needs: AccountPageNeeds): void {
  surface.get(
    path,
    { schema },
    onPage(needs, async (call) => (await lacks(needs, call)) ?? show(needs, call)),
  )
  surface.post(
    path,
    { schema },
    onForm(needs, async (call, form) => (await lacks(needs, call)) ?? change(needs, call, form)),
  )
}

/** Whoever has two factors shows both, or the password alone would take the account over (ASVS 7.5.1). */
async function lacks(needs: AccountPageNeeds, call: Call): Promise<Reply | undefined> {
  const lacking = await lacksSecondFactor(needs, call.user, provedBy(call.session))
  return lacking ? call.go(confirmPath(path)) : undefined
}

async function change(needs: AccountPageNeeds, call: Call, form: Form): Promise<Reply> {
  const { user, session, visitor, reply } = call
  const current = form.get('current_password') ?? ''
  const next = form.get('password') ?? ''
  try {
    if (!(await confirmPassword(needs, call, user, current))) throw wrongPassword()
    await changePassword(needs, user, { next, keep: session.id }, visitor)
  } catch (error) {
    return show(needs, call, refusalOf(call, error))
  }
  // Whoever had got hold of the session before loses it as well (ASVS 7.2.4).
  const renewed = await reauthenticate(needs, session, {
    proved: combine(provedBy(session), { kind: 'password', at: needs.clock.now().getTime() }),
    origin: visitor.origin,
  })
  needs.cookies.writeSession(reply, renewed.token, renewed.session)
  return call.go('/account?notice=password')
}

function show(
  needs: AccountPageNeeds,
  { t, user, link, hidden, reply }: Call,
  { status = 200, errors = {} }: Partial<Refused> = {},
): Reply {
  const { passwordMinLength: minLength, strength: scripts } = needs
  const { name, given_name: given, family_name: family } = user.profile
  const known = [user.username, user.email, name, given, family]
  const context = known.filter((text) => typeof text === 'string')
  const { username } = user
  const page = passwordPage({ t, link, hidden, errors, username, minLength, context, scripts })
  return needs.pages.send(reply, page, { status, script: scripts !== undefined })
}
