import { Failure, failures } from '../../base/index.ts'
import type { Flow, FlowStart } from '../../flow/index.ts'
import { flowFailures } from '../../flow/index.ts'
import type { Reply, Surface } from '../../http/index.ts'
import { fieldsOf, originOf } from '../../http/index.ts'
import { mfaFailures } from '../../mfa/index.ts'
import type { Session } from '../../session/index.ts'
import { sessionFailures } from '../../session/index.ts'
import { continueAt } from '../continue.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Exchange } from '../page-form.ts'
import { deskOf, flowOf, postedFields } from '../page-form.ts'
import { attempted, headersOf } from '../refusal.ts'
import { admitCode } from './admit-code.ts'
import type { WaitingDevice } from './devices.ts'
import { showDevice } from './show-device.ts'
import { deviceCodePage } from './views/device-code-page.ts'
import { deviceDonePage } from './views/device-done-page.ts'

const schema = { hide: true }
const path = '/device'
const confirmPath = `${path}/confirm`
const deviceFailures = failures({
  unknown_code: ['unknown_code', 400, 'This code is not correct, or has expired.'],
})

/** The pages where a person allows a device that has no browser (RFC 8628 section 3.3). */
export function deviceRoutes(surface: Surface, needs: LoginNeeds): void {
  surface.get(path, { schema }, async (request, reply) => {
    await refuseImpersonated(needs, { request, reply })
    const { user_code: code = '' } = fieldsOf(request.query)
    return ask(needs, { request, reply }, { code: code.slice(0, 64) })
  })
  surface.post(path, { schema }, async (request, reply) => {
    const { user_code: code = '' } = postedFields(needs, request, reply)
    await refuseImpersonated(needs, { request, reply })
    return enterCode(needs, { request, reply }, code.slice(0, 64))
  })
  surface.get(confirmPath, { schema }, async (request, reply) => {
    const visit = await visitOf(needs, { request, reply }, fieldsOf(request.query).flow)
    if (visit.session === undefined) return reply.redirect(visit.location, 303)
    const { flow, session } = visit
    const code = flow.request.user_code ?? ''
    return showDevice(needs, { request, reply }, { flow, session, code, action: confirmPath })
  })
  surface.post(confirmPath, { schema }, async (request, reply) => {
    const form = postedFields(needs, request, reply)
    const { flow, session, location } = await visitOf(needs, { request, reply }, form.flow)
    // The person who answers must be the one who was asked: another tab may have changed the session.
    if (session === undefined || form.session !== session.id)
      return reply.redirect(session === undefined ? location : goTo(flow), 303)
    const allowed = form.decision === 'allow'
    const answer = { session, allowed, origin: originOf(request) }
    const taken = await needs.devices.answer(flow.request.device ?? '', answer)
    await needs.visits.settle(flow)
    const end = !taken ? 'late' : allowed ? 'allowed' : 'denied'
    return reply.redirect(needs.languages.keep(request, `${path}/done?answer=${end}`), 303)
  })
  surface.get(`${path}/done`, { schema }, (request, reply) => {
    const { answer } = fieldsOf(request.query)
    return needs.pages.send(reply, deviceDonePage(needs.languages.of(request), answer))
  })
}

type Asking = { readonly code: string; readonly refusal?: Failure }

function ask(needs: LoginNeeds, exchange: Exchange, { code, refusal }: Asking): Reply {
  const { t, hidden, action, send } = deskOf(needs, exchange)
  exchange.reply.headers(headersOf(refusal))
  const error = refusal && t.any(refusal.kind.words)
  const page = deviceCodePage({ t, action: action(path), hidden, code, error })
  return send(page, { status: refusal?.kind.status ?? 200 })
}

async function enterCode(needs: LoginNeeds, exchange: Exchange, code: string): Promise<Reply> {
  const found = await attempted(admitCode(needs, exchange, code))
  if (found instanceof Failure) return ask(needs, exchange, { code, refusal: found })
  if (found === undefined)
    return ask(needs, exchange, { code, refusal: deviceFailures.unknown_code() })
  const { request, reply } = exchange
  const flow = await needs.visits.begin(request, reply, await flowFor(needs, found))
  return reply.redirect(needs.languages.keep(request, goTo(flow)), 303)
}

const goTo = (flow: Flow) => `${confirmPath}?flow=${flow.id}`

/** A device wishes for no authentication of its own: what its client asks of every one holds (OIDC Registration 2). */
async function flowFor(
  { clients, clock }: LoginNeeds,
  { id, code, clientId, asked }: WaitingDevice,
): Promise<FlowStart> {
  const { default_max_age: maxAge, default_acr_values: values } =
    (await clients.find(clientId))?.metadata ?? {}
  return {
    resume: confirmPath,
    request: { device: id, user_code: code },
    clientId,
    scopes: asked.scopes,
    resources: asked.resources,
    ...(asked.details !== null && { details: asked.details }),
    ...(values !== undefined && { acr: { values, essential: false } }),
    authenticatedSince: maxAge === undefined ? 0 : clock.now().getTime() - maxAge * 1000,
    forceConsent: false,
    asksItself: true,
  }
}

type Visit = {
  readonly flow: Flow
  /** Of who has proved enough for this client; undefined leads to what is missing. */
  readonly session: Session | undefined
  readonly location: string
}

async function visitOf(
  needs: LoginNeeds,
  exchange: Exchange,
  id: string | undefined,
): Promise<Visit> {
  const [flow, session] = await Promise.all([
    flowOf(needs, exchange, { flow: id }),
    needs.visits.session(exchange.request),
  ])
  if (flow?.resume !== confirmPath) throw flowFailures.gone()
  if (session !== undefined && session.impersonator !== null) throw sessionFailures.impersonated()
  const { step, location } = await continueAt(needs, flow, session)
  if (step === 'refused') throw mfaFailures.no_way_in()
  return { flow, session: step === 'done' ? session : undefined, location }
}

/** Whoever sees the account of somebody else lets no device into it. */
async function refuseImpersonated(needs: LoginNeeds, { request }: Exchange): Promise<void> {
  const session = await needs.visits.session(request)
  if (session !== undefined && session.impersonator !== null) throw sessionFailures.impersonated()
}
