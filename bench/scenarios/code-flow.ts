import { createHash, randomBytes } from 'node:crypto'
import type { Connection } from '../connection.ts'
import { basic, expectStatus, header } from '../connection.ts'
import type { Target } from '../target.ts'
import { authorizeQuery, redirectUri } from '../target.ts'
import type { Scenario } from './scenario.ts'

export const codeFlow: Scenario = {
  name: 'code + PKCE, signed-in browser',
  note: 'two requests: authorize -> code -> access, ID and refresh token; Cardea commits the code and the grant to PostgreSQL with fsync, the peer keeps them in memory only',
  async worker(target, connection) {
    const cookie = await target.establishSession()
    return async () => {
      await obtainTokens(target, connection, cookie)
    }
  },
}

export type Tokens = { readonly access_token: string; readonly refresh_token: string }

export async function obtainTokens(
  target: Target,
  connection: Connection,
  cookie: string,
): Promise<Tokens> {
  const { authorize, token } = target.paths
  const verifier = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const query = authorizeQuery(target, challenge)
  const redirected = await connection.get(`${authorize}?${query}`, cookie)
  const location = header(redirected.headers, 'location') ?? ''
  const code = /[?&]code=([^&]+)/.exec(location)?.[1]
  if (code === undefined) throw new Error(`no code: ${redirected.status} ${location}`)
  const redirect = encodeURIComponent(redirectUri)
  const body = `grant_type=authorization_code&code=${code}&redirect_uri=${redirect}&code_verifier=${verifier}`
  return JSON.parse(expectStatus(await connection.post(token, body, basic(target.app)), 200).body)
}
