import type { Flow } from '../flow/index.ts'
import { consentQuestion, flowFailures, passConsent } from '../flow/index.ts'
import type { Reply, Request, Surface } from '../http/index.ts'
import { originOf, parseParameters } from '../http/index.ts'
import { findUser } from '../identity/index.ts'
import type { Session } from '../session/index.ts'
import { sessionFailures } from '../session/index.ts'
import { continueAt } from './continue.ts'
import type { LoginNeeds } from './needs.ts'
import { describeClient } from './describe-client.ts'
import { detailWords } from './detail-lines.ts'
import { readResources } from './resource-words.ts'
import { scopeWords } from './scope-words.ts'
import { consentPage } from './views/consent-page.ts'

const schema = { hide: true }

export function consentRoutes(surface: Surface, needs: LoginNeeds): void {
  surface.get('/consent', { schema }, async (request, reply) => {
    const { flow, session } = await visit(needs, request, reply, request.query)
    const { step, location } = await continueAt(needs, flow, session)
    if (step !== 'consent' || session === undefined) return reply.redirect(location, 303)
    return show(needs, request, reply, flow, session)
  })
  surface.post('/consent', { schema }, async (request, reply) => {
    const form = parseParameters(request.body)
    needs.csrf.check(request, needs.cookies.browser(request, reply), form.get('csrf'))
    const { flow, session } = await visit(needs, request, reply, request.body)
    const { step, location } = await continueAt(needs, flow, session)
    if (step !== 'consent' || session === undefined) return reply.redirect(location, 303)
    // The person who answers must be the one who was asked: another tab may have changed the session.
    if (form.get('session') !== session.id) return reply.redirect(location, 303)
    const answer = form.get('decision') === 'allow' ? 'allowed' : 'denied'
    const passed = await passConsent(needs, flow, session, { answer, origin: originOf(request) })
    const next = await continueAt(needs, passed, session)
    return reply.redirect(next.location, 303)
  })
}

async function visit(
  needs: LoginNeeds,
  request: Request,
  reply: Reply,
  raw: unknown,
): Promise<{ flow: Flow; session: Session | undefined }> {
  const id = parseParameters(raw).get('flow')
  const [flow, session] = await Promise.all([
    needs.visits.flow(request, reply, id),
    needs.visits.session(request),
  ])
  if (flow === undefined) throw flowFailures.gone()
  if (session !== undefined && session.impersonator !== null) throw sessionFailures.impersonated()
  return { flow, session }
}

async function show(
  needs: LoginNeeds,
  request: Request,
  reply: Reply,
  flow: Flow,
  session: Session,
): Promise<Reply> {
  const [{ client }, user, resources] = await Promise.all([
    consentQuestion(needs, flow, session),
    findUser(needs.db, session.userId),
    readResources(needs, flow.resources ?? []),
  ])
  if (client === undefined || user === undefined) throw flowFailures.gone()
  const csrf = needs.csrf.token(needs.cookies.browser(request, reply))
  const { client_uri: clientUri, policy_uri: policyUri, tos_uri: tosUri } = client.metadata
  const t = needs.languages.of(request, {
    uiLocales: flow.request.ui_locales,
    account: user.profile.locale,
  })
  const about = describeClient(client, flow.redirectUri)
  const page = consentPage({
    t,
    action: needs.languages.keep(request, '/consent'),
    hidden: { csrf, flow: flow.id, session: session.id },
    clientName: client.name,
    client: about,
    clientUri,
    policyUri,
    tosUri,
    user: { name: user.profile.name ?? user.username, username: user.username },
    scopes: scopeWords(t, flow.scopes, resources),
    resources,
    details: (flow.details ?? []).map((detail) => detailWords(t, detail)),
    offline: flow.scopes.includes('offline_access'),
  })
  const { formTarget } = flow
  return needs.pages.send(reply, page, {
    ...(formTarget !== undefined && { formTarget }),
    ...(about.logo !== undefined && { images: [new URL(about.logo).origin] }),
  })
}
