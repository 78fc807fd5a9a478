import { randomToken } from '../../../base/index.ts'
import type { Surface } from '../../../http/index.ts'
import { originOf } from '../../../http/index.ts'
import { provePasskey } from '../../../login/index.ts'
import { assuranceOf, mfaFailures, signInOptions } from '../../../mfa/index.ts'
import { accountFailures } from '../../failures.ts'
import type { AccountNeeds } from '../../needs.ts'
import { PasskeyBody, PasskeyOptions, PendingSignIn } from '../mfa/schemas.ts'
import { problems, Tokens } from '../schemas.ts'
import { letIn } from './let-in.ts'

const open = { tags: ['mfa'], security: [] }
const path = '/api/v1/auth/passkey'

/** Signing in with a passkey in place of a username and a password. */
export function passkeyRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.post(`${path}/options`, {
    schema: {
      ...open,
      operationId: 'getPasskeyOptions',
      summary: 'Begin to sign in with a passkey',
      response: { 200: PasskeyOptions, ...problems },
    },
    handler: async (request, reply) => {
      const { ip } = originOf(request)
      reply.headers(await needs.limits.admit(['login', { ip }]))
      // Nothing is stored: the challenge proves by itself that it was made for this token.
      const token = randomToken(needs.random)
      const options = await signInOptions(needs.mfa, token)
      return { passkey_token: token, options: { ...options } }
    },
  })
  surface.post(path, {
    schema: {
      ...open,
      operationId: 'loginWithPasskey',
      summary: 'Sign in with a passkey and get tokens for this API',
      body: PasskeyBody,
      response: { 200: Tokens, 202: PendingSignIn, ...problems },
    },
    handler: async (request, reply) => {
      const { passkey_token: binding, credential } = request.body
      const judgement = await provePasskey(needs, { request, reply }, { binding, credential })
      if (!judgement.ok) {
        throw judgement.left ? accountFailures.deactivated() : mfaFailures.wrong_factor()
      }
      const { person, proof } = judgement
      const proved = assuranceOf(proof)
      const entry = await letIn(needs, { person, proved, origin: originOf(request) })
      return 'mfa_token' in entry ? reply.code(202).send(entry) : reply.code(200).send(entry)
    },
  })
}
