import type { Flow } from '../../flow/index.ts'
import type { Reply, Surface } from '../../http/index.ts'
import { fieldsOf } from '../../http/index.ts'
import { requestRecovery } from '../../identity/index.ts'
import { admitWorthy } from '../admission/admit-public.ts'
import { puzzleFor } from '../admission/challenge.ts'
import type { Exchange } from '../page-form.ts'
import { deskOf, isRefusal, postedFields } from '../page-form.ts'
import type { SignUpPageNeeds } from '../sign-up/needs.ts'
import { forgotPage, forgotSentPage } from '../views/forgot-page.ts'

const schema = { hide: true }

/** `/forgot-password`: the answer is the same for everybody. */
export function forgotRoutes(surface: Surface, needs: SignUpPageNeeds): void {
  surface.get('/forgot-password', { schema }, async (request, reply) => {
    const flow = await needs.visits.flow(request, reply, fieldsOf(request.query).flow)
    return show(needs, { request, reply }, flow)
  })
  surface.post('/forgot-password', { schema }, async (request, reply) => {
    const exchange = { request, reply }
    const fields = postedFields(needs, request, reply)
    const flow = await needs.visits.flow(request, reply, fields.flow)
    const identifier = (fields.identifier ?? '').trim()
    const { t } = deskOf(needs, exchange, flow)
    if (identifier === '') {
      const error = t('Enter your username or your email address.')
      return show(needs, exchange, flow, { error })
    }
    try {
      await admitWorthy(needs, exchange, ['recovery', { account: identifier }])
    } catch (error) {
      if (!isRefusal(error, 'challenge_required')) throw error
      return show(needs, exchange, flow, { error: t.any(error.message), identifier })
    }
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

async function show(
  needs: SignUpPageNeeds,
  exchange: Exchange,
  flow: Flow | undefined,
  { error, identifier }: { readonly error?: string; readonly identifier?: string } = {},
): Promise<Reply> {
  const { t, hidden, action, link, send } = deskOf(needs, exchange, flow)
  const puzzle = await puzzleFor(needs, exchange.request)
  const page = forgotPage({
    t,
    action: action('/forgot-password'),
    hidden,
    identifier: identifier ?? flow?.loginHint,
    error,
    puzzle,
    loginUrl: link('/login'),
  })
  return send(page, { status: error === undefined ? 200 : 400, script: puzzle !== undefined })
}
