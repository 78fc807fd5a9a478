import type { Flow } from '../flow/index.ts'
import { flowFailures } from '../flow/index.ts'
import type { Reply, Request, Surface } from '../http/index.ts'
import { originOf, parseParameters } from '../http/index.ts'
import { findUser } from '../identity/index.ts'
import type { LoginNeeds } from './needs.ts'
import { loggedOutPage, logoutPage } from './views/logout-page.ts'

const schema = { hide: true }

export function logoutRoutes(surface: Surface, needs: LoginNeeds): void {
  surface.get('/logout', { schema }, async (request, reply) => {
    const flow = await flowOf(needs, request, reply, request.query)
    const session = await needs.visits.session(request)
    if (session === undefined) return reply.redirect(afterwards(needs, request, flow), 303)
    const user = await findUser(needs.db, session.userId)
    const csrf = needs.csrf.token(needs.cookies.browser(request, reply))
    const t = needs.languages.of(request, {
      uiLocales: flow?.request.ui_locales,
      account: user?.profile.locale,
    })
    const page = logoutPage({
      t,
      action: needs.languages.keep(request, '/logout'),
      hidden: { csrf, ...(flow && { flow: flow.id }) },
      ...(user && { user: user.profile.name ?? user.username }),
    })
    const formTarget = flow?.formTarget
    return needs.pages.send(reply, page, { ...(formTarget !== undefined && { formTarget }) })
  })
  surface.post('/logout', { schema }, async (request, reply) => {
    const form = parseParameters(request.body)
    needs.csrf.check(request, needs.cookies.browser(request, reply), form.get('csrf'))
    const flow = await flowOf(needs, request, reply, request.body)
    const session = await needs.visits.session(request)
    if (session !== undefined) await needs.visits.signOut(reply, session, originOf(request))
    return reply.redirect(afterwards(needs, request, flow), 303)
  })
  surface.get('/logout/done', { schema }, (request, reply) =>
    needs.pages.send(reply, loggedOutPage({ t: needs.languages.of(request) })),
  )
}

function afterwards(needs: LoginNeeds, request: Request, flow: Flow | undefined): string {
  return flow?.resume ?? needs.languages.keep(request, '/logout/done')
}

async function flowOf(
  needs: LoginNeeds,
  request: Request,
  reply: Reply,
  raw: unknown,
): Promise<Flow | undefined> {
  const id = parseParameters(raw).get('flow')
  if (id === undefined) return undefined
  const flow = await needs.visits.flow(request, reply, id)
  if (flow === undefined || flow.clientId !== undefined) throw flowFailures.gone()
  return flow
}
