import { randomToken } from '../../../base/index.ts'
import type { Surface } from '../../../http/index.ts'
import { originOf } from '../../../http/index.ts'
import { assuranceOf, signInOptions } from '../../../mfa/index.ts'
import type { AccountNeeds } from '../../needs.ts'
import { problems, Tokens } from '../schemas.ts'
import { letIn } from './let-in.ts'
import { provePasskey } from './prove-passkey.ts'
import { PasskeyBody, PasskeyOptions, PendingSignIn } from './schemas.ts'

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
      const origin = originOf(request)
      const { passkey_token: binding, credential } = request.body
      reply.headers(await needs.limits.admit(['login', { ip: origin.ip }]))
      const { person, proof } = await provePasskey(needs, { binding, credential, origin })
      const entry = await letIn(needs, { person, proved: assuranceOf(proof), origin })
      return 'mfa_token' in entry ? reply.code(202).send(entry) : reply.code(200).send(entry)
    },
  })
}
