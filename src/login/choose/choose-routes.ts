import type { Flow } from '../../flow/index.ts'
import {
  askAccountAgain,
  consentQuestion,
  flowFailures,
  keepAccount,
  switchAccount,
} from '../../flow/index.ts'
import type { Fields, Surface } from '../../http/index.ts'
import { fieldsOf } from '../../http/index.ts'
import { findUser } from '../../identity/index.ts'
import type { Session } from '../../session/index.ts'
import { continueAt } from '../continue.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Exchange } from '../page-form.ts'
import { deskOf, flowOf, postedFields } from '../page-form.ts'
import { choosePage } from './choose-page.ts'

const schema = { hide: true }

/** `/login/choose`: with which account to go on, where an application has that asked. */
export function chooseRoutes(surface: Surface, needs: LoginNeeds): void {
  surface.get('/login/choose', { schema }, async (request, reply) => {
    const exchange = { request, reply }
    const { flow, session } = await visit(needs, exchange, fieldsOf(request.query).flow)
    const { step, location } = await continueAt(needs, flow, session)
    if (step !== 'choose' || session === undefined) return reply.redirect(location, 303)
    return show(needs, exchange, flow, session)
  })
  surface.post('/login/choose', { schema }, async (request, reply) => {
    const fields = postedFields(needs, request, reply)
    const { flow, session } = await visit(needs, { request, reply }, fields.flow)
    const passed = await answered(needs, flow, session, fields)
    const { location } = await continueAt(needs, passed, session)
    return reply.redirect(needs.languages.keep(request, location), 303)
  })
}

async function answered(
  needs: LoginNeeds,
  flow: Flow,
  session: Session | undefined,
  { session: shown, account }: Fields,
): Promise<Flow> {
  if (session === undefined) return flow
  // The person who answers must be the one who was shown: another tab may have changed the session.
  if (shown !== session.id) return askAccountAgain(needs, flow)
  return account === 'this' ? keepAccount(needs, flow, session) : switchAccount(needs, flow)
}

async function visit(
  needs: LoginNeeds,
  exchange: Exchange,
  id: string | undefined,
): Promise<{ flow: Flow; session: Session | undefined }> {
  const [flow, session] = await Promise.all([
    flowOf(needs, exchange, { flow: id }),
    needs.visits.session(exchange.request),
  ])
  if (flow === undefined) throw flowFailures.gone()
  return { flow, session }
}

async function show(needs: LoginNeeds, exchange: Exchange, flow: Flow, session: Session) {
  const [{ client }, user] = await Promise.all([
    consentQuestion(needs, flow, session),
    findUser(needs.db, session.userId),
  ])
  if (user === undefined) throw flowFailures.gone()
  const { t, action, hidden, send } = deskOf(needs, exchange, flow)
  return send(
    choosePage({
      t,
      action: action('/login/choose'),
      hidden: { ...hidden, session: session.id },
      clientName: client?.name,
      user: { name: user.profile.name ?? user.username, username: user.username },
    }),
  )
}
