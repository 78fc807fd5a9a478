import type { Flow } from '../../flow/index.ts'
import type { Reply, Surface } from '../../http/index.ts'
import { fieldsOf } from '../../http/index.ts'
import { reactivate, readReactivation } from '../../identity/index.ts'
import { admitPublic } from '../admission/admit-public.ts'
import type { Exchange } from '../page-form.ts'
import { deskOf, isRefusal, postedFields } from '../page-form.ts'
import type { SignUpPageNeeds } from '../sign-up/needs.ts'
import { reactivatePage } from '../views/confirm-pages.ts'
import { invalidReactivationPage } from '../views/dead-ends.ts'

const schema = { hide: true }

/** `/reactivate?token=...`: takes an account back that its owner has left. It signs nobody in. */
export function reactivateRoutes(surface: Surface, needs: SignUpPageNeeds): void {
  surface.get('/reactivate', { schema }, async (request, reply) => {
    const fields = fieldsOf(request.query)
    const flow = await needs.visits.flow(request, reply, fields.flow)
    return show(needs, { request, reply }, flow, fields.token)
  })
  surface.post('/reactivate', { schema }, async (request, reply) => {
    const exchange = { request, reply }
    const { token = '', ...fields } = postedFields(needs, request, reply)
    await admitPublic(needs, { request, reply })
    const flow = await needs.visits.flow(request, reply, fields.flow)
    try {
      await reactivate(needs, token, needs.visitor(request))
    } catch (error) {
      if (!isRefusal(error, 'invalid_link')) throw error
      return show(needs, exchange, flow, token)
    }
    return reply.redirect(deskOf(needs, exchange, flow).link('/login?notice=account-back'), 303)
  })
}

async function show(
  needs: SignUpPageNeeds,
  exchange: Exchange,
  flow: Flow | undefined,
  token = '',
): Promise<Reply> {
  const { t, hidden, action, link, send } = deskOf(needs, exchange, flow)
  const user = await readReactivation(needs, token)
  if (user === undefined) {
    return send(invalidReactivationPage({ t, loginUrl: link('/login') }), { status: 400 })
  }
  const { lifecycle, profile, username } = user
  const page = reactivatePage({
    t,
    action: action('/reactivate'),
    hidden: { ...hidden, token },
    username,
    ...(lifecycle.state === 'deleting' && {
      deletedAfter: t.time(lifecycle.after, profile.zoneinfo),
    }),
  })
  return send(page)
}
