import { Type } from 'typebox'
import type { Flow, FlowStart } from '../flow/index.ts'
import type {
  Languages,
  Origin,
  Pages,
  Parameters,
  ReadParameters,
  Reply,
  Request,
  Surface,
} from '../http/index.ts'
import { originOf, parseParameters, readParameters } from '../http/index.ts'
import type { Session } from '../session/index.ts'
import type { Answer, AuthorizeNeeds } from './authorize/endpoint.ts'
import { authorize, resume } from './authorize/endpoint.ts'
import { formPostPage } from './authorize/form-post.ts'
import { withQuery } from './authorize/redirect.ts'
import type { LogoutNeeds } from './logout.ts'
import { decideLogout } from './logout.ts'
import { AuthorizeQuery, LogoutQuery } from './schemas.ts'

/** The browser that sent a request: its session, its flows, and how to end its session. */
export type Browser = {
  readonly session: (request: Request) => Promise<Session | undefined>
  readonly begin: (request: Request, reply: Reply, start: FlowStart) => Promise<Flow>
  readonly flow: (request: Request, reply: Reply, id: unknown) => Promise<Flow | undefined>
  /** The flow has led to an answer. */
  readonly settle: (flow: Flow) => Promise<void>
  readonly signOut: (reply: Reply, session: Session, origin: Origin) => Promise<void>
}

export type BrowserRoutesNeeds = AuthorizeNeeds &
  LogoutNeeds & {
    readonly browser: Browser
    readonly pages: Pages
    readonly languages: Languages
  }

const tags = ['oauth']
const hidden = { hide: true }
const consumes = ['application/x-www-form-urlencoded']
const page = {
  tags,
  security: [],
  response: { 303: Type.Null({ description: 'To the client, or to a page of ours' }) },
}

/** The endpoints that a browser visits; their own failures are pages. */
export function browserRoutes(surface: Surface, needs: BrowserRoutesNeeds): void {
  const { browser } = needs
  const onAuthorize = async (request: Request, reply: Reply, read: ReadParameters) => {
    const session = await browser.session(request)
    const begin = (start: FlowStart) => browser.begin(request, reply, start)
    const uiLocales = read.parameters.get('ui_locales')
    return answer(needs, reply, { to: await authorize(needs, read, { session, begin }), uiLocales })
  }
  const summary = 'Where a browser is sent to sign in (RFC 6749 section 3.1)'
  const get = { ...page, operationId: 'authorize', summary, querystring: AuthorizeQuery }
  surface.get('/oauth/authorize', { schema: get }, (request, reply) =>
    onAuthorize(request, reply, readParameters(request.query)),
  )
  const post = { ...page, operationId: 'postAuthorize', summary, consumes, body: AuthorizeQuery }
  surface.post('/oauth/authorize', { schema: post }, (request, reply) =>
    onAuthorize(request, reply, readParameters(request.body)),
  )
  surface.get('/oauth/authorize/resume', { schema: hidden }, async (request, reply) => {
    const id = parseParameters(request.query).get('flow')
    const [flow, session] = await Promise.all([
      browser.flow(request, reply, id),
      browser.session(request),
    ])
    const to = await resume(needs, flow, session)
    if (flow !== undefined && to.to === 'client') await browser.settle(flow)
    return answer(needs, reply, { to, uiLocales: flow?.request.ui_locales })
  })
  logoutRoutes(surface, needs)
}

/** RFC 9700 section 4.12: 303, so that a posted password is never sent on. */
function answer(
  needs: BrowserRoutesNeeds,
  reply: Reply,
  { to, uiLocales }: { readonly to: Answer; readonly uiLocales: string | undefined },
): Reply {
  reply.header('cache-control', 'no-store')
  if (to.to === 'pages') return reply.redirect(to.location, 303)
  const { redirect, parameters } = to
  if (redirect.mode === 'query') return reply.redirect(withQuery(redirect.uri, parameters), 303)
  const formTarget = new URL(redirect.uri).protocol
  const t = needs.languages.of(reply.request, { uiLocales })
  const page = formPostPage(t, redirect.uri, parameters)
  return needs.pages.send(reply, page, { formTarget, script: true, repeatable: false })
}

function logoutRoutes(surface: Surface, needs: BrowserRoutesNeeds): void {
  const onLogout = async (request: Request, reply: Reply, parameters: Parameters) => {
    const session = await needs.browser.session(request)
    const { confirmed, continueTo } = await decideLogout(needs, parameters, session)
    const resume = continueTo ?? needs.languages.keep(request, '/logout/done')
    if (!confirmed) {
      const flow = await needs.browser.begin(request, reply, logoutFlow(parameters, resume))
      return reply.redirect(`/logout?flow=${flow.id}`, 303)
    }
    if (session !== undefined) await needs.browser.signOut(reply, session, originOf(request))
    return reply.redirect(resume, 303)
  }
  const summary = 'Where a browser is sent to sign out (RP-Initiated Logout 1.0)'
  const get = { ...page, operationId: 'endSession', summary, querystring: LogoutQuery }
  surface.get('/oauth/logout', { schema: get }, (request, reply) =>
    onLogout(request, reply, parseParameters(request.query)),
  )
  const post = { ...page, operationId: 'postEndSession', summary, consumes, body: LogoutQuery }
  surface.post('/oauth/logout', { schema: post }, (request, reply) =>
    onLogout(request, reply, parseParameters(request.body)),
  )
}

function logoutFlow(parameters: Parameters, resume: string): FlowStart {
  const uiLocales = parameters.get('ui_locales') // RP-Initiated Logout 1.0 section 2
  return {
    resume,
    request: uiLocales === undefined ? {} : { ui_locales: uiLocales },
    scopes: [],
    authenticatedSince: 0,
    forceConsent: false,
    // Only a place outside is a target that the pages must allow.
    ...(URL.canParse(resume) && { formTarget: new URL(resume).protocol }),
  }
}
