import { createHash, randomBytes } from 'node:crypto'
import type { Connection } from '../connection.ts'
import { expectStatus, header } from '../connection.ts'
import type { Target } from '../target.ts'
import { authorizeQuery, redirectUri } from '../target.ts'
import type { Scenario } from './scenario.ts'

export const code: Scenario = {
  key: 'code',
  name: 'code + PKCE, signed-in browser',
  note: 'two requests: authorize to a code, and the code to an access, an ID and a refresh token',
  least: { http: 2, 'es256-sign': 2, commit: 2 },
  async worker(target, connection) {
    const cookie = await target.establishSession()
    return async () => {
      await obtainTokens(target, connection, cookie)
    }
  },
}

/** As much of a server as one must know to obtain tokens. */
export type Asked = Pick<Target, 'app' | 'authorizeExtra' | 'paths' | 'authenticate'>
export type Tokens = Readonly<Record<'access_token' | 'refresh_token' | 'id_token', string>>

export function pkce(): { readonly verifier: string; readonly challenge: string } {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

export async function obtainTokens(
  target: Asked,
  connection: Connection,
  cookie: string,
): Promise<Tokens> {
  const { verifier, challenge } = pkce()
  const query = authorizeQuery(target, challenge)
  const redirected = await connection.get(`${target.paths.authorize}?${query}`, cookie)
  const location = header(redirected.headers, 'location') ?? `${redirected.status}`
  return redeem(target, connection, { location, verifier })
}

/** The code that the browser was sent back with, for tokens. */
export async function redeem(
  target: Asked,
  connection: Connection,
  { location, verifier }: { readonly location: string; readonly verifier: string },
): Promise<Tokens> {
  const redirect = encodeURIComponent(redirectUri)
  const body = `grant_type=authorization_code&code=${codeIn(location)}&redirect_uri=${redirect}&code_verifier=${verifier}`
  const headers = target.authenticate(target.app)
  const answer = expectStatus(await connection.post(target.paths.token, body, headers), 200)
  const tokens = JSON.parse(answer.body)
  if (![tokens.access_token, tokens.id_token, tokens.refresh_token].every(isText))
    throw new Error(`not all three tokens: ${answer.body}`)
  return tokens
}

const isText = (value: unknown) => typeof value === 'string' && value !== ''

export function codeIn(location: string): string {
  const found = /[?&]code=([^&]+)/.exec(location)?.[1]
  if (found === undefined) throw new Error(`no code: ${location}`)
  return found
}
