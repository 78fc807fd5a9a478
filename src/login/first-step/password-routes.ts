import { Failure, failures } from '../../base/index.ts'
import type { Surface } from '../../http/index.ts'
import { parseParameters } from '../../http/index.ts'
import { offerReactivation } from '../../identity/index.ts'
import { passwordProof } from '../../mfa/index.ts'
import { provePassword } from '../admission/prove-password.ts'
import { enter } from '../arrival/arrive.ts'
import { continueAt } from '../continue.ts'
import type { LoginNeeds } from '../needs.ts'
import { deskOf, flowOf } from '../page-form.ts'
import { attempted } from '../refusal.ts'
import { showLogin } from './show-login.ts'

const schema = { hide: true }
/** Constant words for every wrong proof (ASVS 6.3.8). */
const loginFailures = failures({
  wrong: ['invalid_credentials', 400, 'The username, email or password is not correct.'],
})

export function passwordRoutes(surface: Surface, needs: LoginNeeds): void {
  surface.get('/login', { schema }, async (request, reply) => {
    const exchange = { request, reply }
    const form = formOf(request.query)
    const flow = await flowOf(needs, exchange, form)
    const session = await needs.visits.session(request)
    const { step, location } = await continueAt(needs, flow, session)
    if (step !== 'password') return reply.redirect(location, 303)
    const { notice, return: back } = form
    const state = { identifier: flow?.loginHint ?? '', notice, back }
    return showLogin(needs, exchange, flow, state)
  })
  surface.post('/login', { schema }, async (request, reply) => {
    const exchange = { request, reply }
    const form = formOf(request.body)
    needs.csrf.check(request, needs.cookies.browser(request, reply), form.csrf)
    const flow = await flowOf(needs, exchange, form)
    const { identifier = '', password = '', return: back } = form
    const remember = form.remember === 'yes'
    const attempt = { identifier, password, clientId: flow?.clientId }
    const judgement = await attempted(provePassword(needs, exchange, attempt))
    if (judgement instanceof Failure) {
      return showLogin(needs, exchange, flow, { identifier, remember, back, refusal: judgement })
    }
    if (!judgement.ok && judgement.left !== undefined) {
      const token = await offerReactivation(needs, judgement.left)
      const { link } = deskOf(needs, exchange, flow)
      return reply.redirect(link(`/reactivate?token=${token}`), 303)
    }
    if (!judgement.ok) {
      const refusal = loginFailures.wrong()
      return showLogin(needs, exchange, flow, { identifier, remember, back, refusal })
    }
    const proved = passwordProof(needs.clock)
    const capable = form.passkeys === 'yes'
    const arrival = { person: judgement.user, proved, flow, remember, back, capable }
    return enter(needs, exchange, arrival)
  })
}

/** Form fields as typed: a password may have any character, so it is not judged as a protocol parameter. */
function formOf(raw: unknown): Readonly<Record<string, string | undefined>> {
  if (typeof raw !== 'object' || raw === null) return {}
  const password = 'password' in raw && typeof raw.password === 'string' ? raw.password : undefined
  const rest = Object.fromEntries(Object.entries(raw).filter(([name]) => name !== 'password'))
  return { ...Object.fromEntries(parseParameters(rest)), password }
}
