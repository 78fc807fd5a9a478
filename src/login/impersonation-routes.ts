import type { Reply, Surface } from '../http/index.ts'
import { endOfImpersonation, originOf } from '../http/index.ts'
import type { User } from '../identity/index.ts'
import { findUser } from '../identity/index.ts'
import type { Impersonation } from '../session/index.ts'
import {
  leaveImpersonation,
  readImpersonation,
  sessionFailures,
  startImpersonation,
} from '../session/index.ts'
import type { LoginNeeds } from './needs.ts'
import type { Exchange } from './page-form.ts'
import { deskOf, postedFields } from './page-form.ts'
import { impersonationOverPage, impersonationPage } from './views/impersonation-pages.ts'

const schema = { hide: true }
const path = '/impersonation'

/**
 * The link that lets an administrator see the account of somebody else. Following it changes nothing: the
 * form of the page uses it up, once, and asks again whether the administrator may.
 */
export function impersonationRoutes(surface: Surface, needs: LoginNeeds): void {
  surface.addHook('onRequest', async (request) => {
    // Pages that ask for no session still say whose they are.
    if (needs.cookies.readImpersonation(request)) await needs.visits.session(request)
  })
  surface.get(path, { schema }, async (request, reply) => {
    const { token = '' } = fieldsOfQuery(request.query)
    const { impersonation, person } = await waiting(needs, token)
    const { t, hidden, action, send } = deskOf(needs, { request, reply })
    const page = impersonationPage({
      t,
      action: action(path),
      hidden: { ...hidden, token },
      name: person.profile.name ?? person.username,
      username: person.username,
      minutes: impersonation.minutes,
      reason: impersonation.reason,
    })
    return send(page)
  })
  surface.post(path, { schema }, async (request, reply) => start(needs, { request, reply }))
  surface.post(endOfImpersonation, { schema }, async (request, reply) => {
    postedFields(needs, request, reply)
    const session = await needs.visits.session(request)
    if (session === undefined || session.impersonator === null) return reply.redirect('/login', 303)
    await leaveImpersonation(needs, session, originOf(request))
    needs.cookies.clearSession(reply)
    return reply.redirect(needs.languages.keep(request, `${path}/over`), 303)
  })
  surface.get(`${path}/over`, { schema }, (request, reply) =>
    needs.pages.send(reply, impersonationOverPage(needs.languages.of(request))),
  )
}

async function start(needs: LoginNeeds, { request, reply }: Exchange): Promise<Reply> {
  const { token = '' } = postedFields(needs, request, reply)
  const { impersonation, person } = await waiting(needs, token)
  const before = await needs.visits.session(request)
  const { impersonator: _, ...origin } = originOf(request)
  const started = await startImpersonation(needs, { token, impersonation, person, before, origin })
  needs.cookies.writeSession(reply, started.token, { remembered: false })
  needs.cookies.writeImpersonation(reply)
  return reply.redirect(needs.languages.keep(request, '/account'), 303)
}

/** What a link opens now; whoever made it must still be allowed to. */
async function waiting(
  needs: LoginNeeds,
  token: string,
): Promise<{ readonly impersonation: Impersonation; readonly person: User }> {
  const impersonation =
    needs.impersonation && token !== '' ? await readImpersonation(needs, token) : undefined
  const person = impersonation && (await findUser(needs.db, impersonation.userId))
  if (impersonation === undefined || person?.isActive !== true)
    throw sessionFailures.impersonation_link()
  if (!(await needs.mayImpersonate(impersonation.adminId, person.id)))
    throw sessionFailures.impersonation_link()
  return { impersonation, person }
}

function fieldsOfQuery(query: unknown): { readonly token?: string } {
  const token: unknown = Object(query).token
  return typeof token === 'string' && token.length <= 128 ? { token } : {}
}
