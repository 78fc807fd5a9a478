import { expectStatus } from '../connection.ts'
import type { Scenario } from './scenario.ts'

function clientCredentials(
  kind: 'es256' | 'rs256' | 'opaque',
  about: Pick<Scenario, 'name' | 'note' | 'least'>,
): Scenario {
  return {
    key: `client-credentials-${kind}`,
    ...about,
    async worker(target, connection) {
      const { client, extra } = target.tokens[kind]
      const headers = target.authenticate(client)
      const body = `grant_type=client_credentials${extra}`
      const isRight = (token: string) => token.includes('.') === (kind !== 'opaque')
      return async () => {
        const answer = expectStatus(await connection.post(target.paths.token, body, headers), 200)
        const { access_token: token } = JSON.parse(answer.body)
        if (!isRight(String(token))) throw new Error(`another kind of token: ${token}`)
      }
    },
  }
}

export const es256Tokens = clientCredentials('es256', {
  name: 'client_credentials, ES256 JWT',
  note: 'one request; a JWT is signed and nothing is written',
  least: { http: 1, 'es256-sign': 1 },
})

export const rs256Tokens = clientCredentials('rs256', {
  name: 'client_credentials, RS256 JWT',
  note: 'the same with RSA of 2048 bits',
  least: { http: 1, 'rs256-sign': 1 },
})

export const opaqueTokens = clientCredentials('opaque', {
  name: 'client_credentials, opaque token',
  note: 'one request; the token is a row',
  least: { http: 1, commit: 1 },
})
