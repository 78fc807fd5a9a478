import type { Reply, Request, Surface } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import { loginPath, returnPath } from '../../login/index.ts'
import { reauthenticate } from '../../session/index.ts'
import { confirmPassword } from '../confirm-password.ts'
import type { AccountPageNeeds } from './needs.ts'
import type { Resident } from './resident.ts'
import { fieldOf, residentOf } from './resident.ts'
import { confirmPage } from './views/confirm-page.ts'

const schema = { hide: true }

/** Asks for the password once more before a sensitive change (ASVS 7.5.1). */
export function confirmRoutes(surface: Surface, needs: AccountPageNeeds): void {
  const { csrf, cookies, languages } = needs
  surface.get('/account/confirm', { schema }, async (request, reply) => {
    const resident = await residentOf(needs, request)
    if (resident === undefined)
      return reply.redirect(languages.keep(request, loginPath('/account')), 303)
    const back = returnPath(fieldOf(request.query, 'return'))
    return show(needs, request, reply, resident, { back, failed: false })
  })
  surface.post('/account/confirm', { schema }, async (request, reply) => {
    csrf.check(request, cookies.browser(request, reply), fieldOf(request.body, 'csrf'))
    const resident = await residentOf(needs, request)
    if (resident === undefined)
      return reply.redirect(languages.keep(request, loginPath('/account')), 303)
    const back = returnPath(fieldOf(request.body, 'return'))
    const password = fieldOf(request.body, 'password')
    const { user, session: before } = resident
    const origin = originOf(request)
    if (!(await confirmPassword(needs, { request, reply }, user, password))) {
      return show(needs, request, reply.code(400), resident, { back, failed: true })
    }
    const { session, token } = await reauthenticate(needs, before, origin)
    cookies.writeSession(reply, token, session)
    return reply.redirect(languages.keep(request, back), 303)
  })
}

async function show(
  needs: AccountPageNeeds,
  request: Request,
  reply: Reply,
  { t, user }: Resident,
  { back, failed }: { readonly back: string; readonly failed: boolean },
): Promise<Reply> {
  const csrf = needs.csrf.token(needs.cookies.browser(request, reply))
  const page = confirmPage({
    t,
    action: needs.languages.keep(request, '/account/confirm'),
    hidden: { csrf, return: back },
    user: user.profile.name ?? user.username,
    backUrl: needs.languages.keep(request, back),
    failed,
  })
  return needs.pages.send(reply, page, { status: reply.statusCode })
}
