import type { Flow } from '../flow/index.ts'
import { flowFailures } from '../flow/index.ts'
import type { Reply, Request, Surface } from '../http/index.ts'
import { fieldsOf } from '../http/index.ts'
import { findUser } from '../identity/index.ts'
import type { Session } from '../session/index.ts'
import type { Farewell } from './farewell.ts'
import { readFarewell } from './farewell.ts'
import type { LoginNeeds } from './needs.ts'
import type { Exchange } from './page-form.ts'
import { postedFields } from './page-form.ts'
import { loggedOutPage, logoutPage } from './views/logout-page.ts'

const schema = { hide: true }
/** Seconds after which the browser goes on although a client has not answered. */
const patience = 5

export function logoutRoutes(surface: Surface, needs: LoginNeeds): void {
  surface.get('/logout', { schema }, async (request, reply) => {
    const flow = await flowOf(needs, { request, reply }, fieldsOf(request.query).flow)
    const session = await needs.visits.session(request)
    if (session === undefined) return reply.redirect(afterwards(needs, request, flow), 303)
    return ask(needs, { request, reply }, flow, session)
  })
  surface.post('/logout', { schema }, async (request, reply) => {
    const form = postedFields(needs, request, reply)
    const flow = await flowOf(needs, { request, reply }, form.flow)
    const session = await needs.visits.session(request)
    const to = afterwards(needs, request, flow)
    if (session === undefined) return reply.redirect(to, 303)
    const onward = { to, uiLocales: flow?.request.ui_locales }
    return reply.redirect(await needs.visits.signOut({ request, reply }, session, onward), 303)
  })
  surface.get('/logout/done', { schema }, async (request, reply) => {
    const { farewell: id } = fieldsOf(request.query)
    const browser = needs.cookies.browser(request, reply)
    return sayFarewell(needs, { request, reply }, await readFarewell(needs, browser, id))
  })
}

/** RP-Initiated Logout 1.0 section 2: whether the person wants it, and who asks. */
async function ask(
  needs: LoginNeeds,
  { request, reply }: Exchange,
  flow: Flow | undefined,
  session: Session,
): Promise<Reply> {
  const { ui_locales: uiLocales, client_id: clientId } = flow?.request ?? {}
  const [user, client] = await Promise.all([
    findUser(needs.db, session.userId),
    clientId === undefined ? undefined : needs.clients.find(clientId),
  ])
  const csrf = needs.csrf.token(needs.cookies.browser(request, reply))
  const page = logoutPage({
    t: needs.languages.of(request, { uiLocales, account: user?.profile.locale }),
    action: needs.languages.keep(request, '/logout'),
    hidden: { csrf, ...(flow && { flow: flow.id }) },
    clientName: client?.name,
    ...(user && { user: user.profile.name ?? user.username }),
  })
  const formTarget = flow?.formTarget
  return needs.pages.send(reply, page, { ...(formTarget !== undefined && { formTarget }) })
}

/** The page at the end; the clients' own pages are loaded in it, and it goes on by itself where it may. */
function sayFarewell(
  needs: LoginNeeds,
  { request, reply }: Exchange,
  { frames = [], onward, uiLocales }: Partial<Farewell> = {},
): Reply {
  const t = needs.languages.of(request, { uiLocales })
  const outside = onward !== undefined && URL.canParse(onward) ? new URL(onward).href : undefined
  if (outside !== undefined) reply.header('refresh', `${patience}; url=${outside}`)
  const page = loggedOutPage({ t, frames, continueUrl: outside, patience: patience * 1000 })
  const origins = [...new Set(frames.map((frame) => new URL(frame).origin))]
  return needs.pages.send(reply, page, { frames: origins, script: frames.length > 0 })
}

function afterwards(needs: LoginNeeds, request: Request, flow: Flow | undefined): string {
  return flow?.resume ?? needs.languages.keep(request, '/logout/done')
}

async function flowOf(
  needs: LoginNeeds,
  { request, reply }: Exchange,
  id: string | undefined,
): Promise<Flow | undefined> {
  if (id === undefined) return undefined
  const flow = await needs.visits.flow(request, reply, id)
  if (flow === undefined || flow.clientId !== undefined) throw flowFailures.gone()
  return flow
}
