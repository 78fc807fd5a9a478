import type { Flow } from '../../flow/index.ts'
import type { Reply, Surface } from '../../http/index.ts'
import { requestRecovery } from '../../identity/index.ts'
import type { Exchange } from '../page-form.ts'
import { deskOf, fieldsOf, postedFields } from '../page-form.ts'
import type { SignUpPageNeeds } from '../sign-up/needs.ts'
import { forgotPage, forgotSentPage } from '../views/forgot-page.ts'

const schema = { hide: true }

/** `/forgot-password`: the answer is the same for everybody. */
export function forgotRoutes(surface: Surface, needs: SignUpPageNeeds): void {
  surface.get('/forgot-password', { schema }, async (request, reply) => {
    const flow = await needs.visits.flow(request, reply, fieldsOf(request.query).flow)
    return show(needs, { request, reply }, flow, false)
  })
  surface.post('/forgot-password', { schema }, async (request, reply) => {
    const exchange = { request, reply }
    const fields = postedFields(needs, request, reply)
    const flow = await needs.visits.flow(request, reply, fields.flow)
    const identifier = (fields.identifier ?? '').trim()
    if (identifier === '') return show(needs, exchange, flow, true)
    await requestRecovery(needs, identifier, needs.visitor(request))
    return reply.redirect(deskOf(needs, exchange, flow).link('/forgot-password/sent'), 303)
  })
  surface.get('/forgot-password/sent', { schema }, async (request, reply) => {
    const flow = await needs.visits.flow(request, reply, fieldsOf(request.query).flow)
    const { t, link, send } = deskOf(needs, { request, reply }, flow)
    const minutes = Math.round(needs.account.recoveryLifetime / 60)
    return send(
      forgotSentPage({ t, minutes, forgotUrl: link('/forgot-password'), loginUrl: link('/login') }),
    )
  })
}

function show(
  needs: SignUpPageNeeds,
  exchange: Exchange,
  flow: Flow | undefined,
  empty: boolean,
): Reply {
  const { t, hidden, action, link, send } = deskOf(needs, exchange, flow)
  const page = forgotPage({
    t,
    action: action('/forgot-password'),
    hidden,
    identifier: flow?.loginHint,
    ...(empty && { error: t('Enter your username or your email address.') }),
    loginUrl: link('/login'),
  })
  return send(page, { status: empty ? 400 : 200 })
}
