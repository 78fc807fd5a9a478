import type { AccessClaims } from './access-claims.ts'
import type { ActiveNeeds } from './active-token.ts'
import { readActiveToken } from './active-token.ts'
import type { ClaimsRequest } from './claims.ts'
import { selectClaims } from './claims.ts'
import { oauthFailures } from './failures.ts'

export type UserinfoNeeds = ActiveNeeds & {
  readonly accessClaims: AccessClaims
}

const challenge = (error?: string) => ({
  'www-authenticate': `Bearer realm="cardea"${error === undefined ? '' : `, error="${error}"`}`, // RFC 6750 section 3
})

/** The bearer token of a request, sent in the header or in the form body, never both (RFC 6750 section 2). */
export function bearerToken(authorization: string | undefined, inBody: string | undefined): string {
  const inHeader = /^bearer +([\w.~+/-]+=*)$/i.exec(authorization ?? '')?.[1]
  if (inHeader !== undefined && inBody !== undefined) throw oauthFailures.token_twice()
  const token = inHeader ?? inBody
  if (token === undefined) throw oauthFailures.token_missing({ headers: challenge() })
  return token
}

/** OIDC Core 5.3: the claims that the token's scopes and the `claims` parameter ask for, in one statement. */
export async function userinfo(
  needs: UserinfoNeeds,
  token: string,
): Promise<{ readonly sub: string } & Readonly<Record<string, unknown>>> {
  const invalid = (why: string) =>
    oauthFailures.invalid_token({ headers: challenge('invalid_token'), log: { why } })
  const found = await readActiveToken(needs, token, needs.issuer)
  if (!found.ok) throw invalid(found.why)
  const { client, person: user } = found
  const { scopes } = found.token
  if (user === undefined || !scopes.includes('openid')) {
    throw oauthFailures.insufficient_scope({ headers: challenge('insufficient_scope') })
  }
  const asked = user.claims as ClaimsRequest | null
  const key = { type: 'user', id: user.id } as const
  const rights = await needs.accessClaims(key, client, scopes, 'userinfo')
  return { ...selectClaims(user, scopes, asked?.userinfo), ...rights, sub: user.id }
}
