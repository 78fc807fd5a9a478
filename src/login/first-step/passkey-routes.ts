import { Failure } from '../../base/index.ts'
import type { Surface } from '../../http/index.ts'
import { offerReactivation } from '../../identity/index.ts'
import { assuranceOf, mfaFailures } from '../../mfa/index.ts'
import { provePasskey } from '../admission/prove-passkey.ts'
import { enter } from '../arrival/arrive.ts'
import type { LoginNeeds } from '../needs.ts'
import { deskOf, flowOf, postedFields } from '../page-form.ts'
import { attempted } from '../refusal.ts'
import { showLogin } from './show-login.ts'

const schema = { hide: true }

/** `POST /login/passkey`: a passkey with its PIN, finger or face in place of the password. */
export function passkeyRoutes(surface: Surface, needs: LoginNeeds): void {
  surface.post('/login/passkey', { schema }, async (request, reply) => {
    const exchange = { request, reply }
    const { credential, ...fields } = postedFields(needs, request, reply)
    const flow = await flowOf(needs, exchange, fields)
    const { return: back } = fields
    const binding = needs.cookies.browser(request, reply)
    const judged = await attempted(provePasskey(needs, exchange, { binding, credential }))
    if (judged instanceof Failure) {
      return showLogin(needs, exchange, flow, { back, refusal: judged })
    }
    if (!judged.ok && judged.left !== undefined) {
      const token = await offerReactivation(needs, judged.left)
      const { link } = deskOf(needs, exchange, flow)
      return reply.redirect(link(`/reactivate?token=${token}`), 303)
    }
    if (!judged.ok) {
      return showLogin(needs, exchange, flow, { back, refusal: mfaFailures.invalid_passkey() })
    }
    const proved = assuranceOf(judged.proof)
    const remember = fields.remember === 'yes'
    return enter(needs, exchange, { person: judged.person, proved, flow, remember, back })
  })
}
