import type { Flow, FlowStart } from '../flow/index.ts'
import { flowFailures } from '../flow/index.ts'
import type { Languages, Pages, ReadParameters, Reply, Request, Surface } from '../http/index.ts'
import { parseParameters, readParameters } from '../http/index.ts'
import type { Session } from '../session/index.ts'
import type { Documents } from './client-metadata-document/documents.ts'
import { readyDocuments } from './client-metadata-document/ready-routes.ts'
import type { Answer, AuthorizeNeeds } from './authorize/endpoint.ts'
import { authorize, resume } from './authorize/endpoint.ts'
import { formPostPage } from './authorize/form-post.ts'
import type { LeavingBrowser, LogoutRoutesNeeds } from './logout/routes.ts'
import { logoutRoutes } from './logout/routes.ts'
import { keepPosted, readPosted } from './posted-request.ts'
import { deliver } from './response/deliver.ts'
import { AuthorizeQuery, browserEndpoint } from './schemas.ts'

/** The browser that sent a request: its session, its flows, and how to end its session. */
export type Browser = {
  readonly session: (request: Request) => Promise<Session | undefined>
  readonly begin: (request: Request, reply: Reply, start: FlowStart) => Promise<Flow>
  readonly flow: (request: Request, reply: Reply, id: unknown) => Promise<Flow | undefined>
  /** The flow has led to an answer. */
  readonly settle: (flow: Flow) => Promise<void>
  /** What scripts of clients may know of the session. */
  readonly state: (request: Request) => string
} & LeavingBrowser

export type BrowserRoutesNeeds = AuthorizeNeeds &
  LogoutRoutesNeeds & {
    readonly browser: Browser
    readonly pages: Pages
    readonly languages: Languages
    readonly documents: Documents
  }

const hidden = { hide: true }
const consumes = ['application/x-www-form-urlencoded']
const postedPath = '/oauth/authorize/posted'

/** The endpoints that a browser visits; their own failures are pages. */
export function browserRoutes(surface: Surface, needs: BrowserRoutesNeeds): void {
  readyDocuments(surface, needs.documents)
  const { browser } = needs
  const onAuthorize = async (request: Request, reply: Reply, read: ReadParameters) => {
    const session = await browser.session(request)
    const begin = (start: FlowStart) => browser.begin(request, reply, start)
    const visitor = { session, browserState: browser.state(request), begin }
    const uiLocales = read.parameters.get('ui_locales')
    return answer(needs, reply, { to: await authorize(needs, read, visitor), uiLocales })
  }
  const summary = 'Where a browser is sent to sign in (RFC 6749 section 3.1)'
  const get = { ...browserEndpoint, operationId: 'authorize', summary, querystring: AuthorizeQuery }
  surface.get('/oauth/authorize', { schema: get }, (request, reply) =>
    onAuthorize(request, reply, readParameters(request.query)),
  )
  const post = {
    ...browserEndpoint,
    operationId: 'postAuthorize',
    summary,
    consumes,
    body: AuthorizeQuery,
  }
  surface.post('/oauth/authorize', { schema: post }, async (request, reply) => {
    const read = readParameters(request.body)
    // A cookie of ours that were set now would take the place of one that did not come along.
    const again = request.headers['sec-fetch-site'] === 'cross-site' && (await isKnown(needs, read))
    return again
      ? reply.redirect(await keepPosted(needs, postedPath, request.body), 303)
      : onAuthorize(request, reply, read)
  })
  surface.get(postedPath, { schema: hidden }, async (request, reply) => {
    const id = parseParameters(request.query).get('request')
    const posted = await readPosted(needs, postedPath, id)
    if (posted === undefined) throw flowFailures.gone()
    return onAuthorize(request, reply, readParameters(posted))
  })
  surface.get('/oauth/authorize/resume', { schema: hidden }, async (request, reply) => {
    const id = parseParameters(request.query).get('flow')
    const [flow, session] = await Promise.all([
      browser.flow(request, reply, id),
      browser.session(request),
    ])
    const to = await resume(needs, flow, { session, browserState: browser.state(request) })
    if (flow !== undefined && to.to === 'client') await browser.settle(flow)
    return answer(needs, reply, { to, uiLocales: flow?.request.ui_locales })
  })
  logoutRoutes(surface, needs)
}

/** For nobody else anything is kept. */
async function isKnown({ clients }: BrowserRoutesNeeds, read: ReadParameters): Promise<boolean> {
  const id = read.parameters.get('client_id')
  return id !== undefined && (await clients.find(id)) !== undefined
}

/** RFC 9700 section 4.12: 303, so that a posted password is never sent on. */
async function answer(
  needs: BrowserRoutesNeeds,
  reply: Reply,
  { to, uiLocales }: { readonly to: Answer; readonly uiLocales: string | undefined },
): Promise<Reply> {
  reply.header('cache-control', 'no-store')
  if (to.to === 'pages') return reply.redirect(to.location, 303)
  const given = await deliver(needs, to.redirect, to.parameters)
  if (given.by === 'address') return reply.redirect(given.location, 303)
  const formTarget = new URL(given.uri).protocol
  const t = needs.languages.of(reply.request, { uiLocales })
  const page = formPostPage(t, given.uri, given.fields)
  return needs.pages.send(reply, page, { formTarget, script: true, repeatable: false })
}
