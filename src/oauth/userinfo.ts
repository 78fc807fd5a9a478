import type { UserId } from '../base/index.ts'
import { isUuid } from '../base/index.ts'
import type { ClientCache } from '../clients/index.ts'
import type { Db } from '../db/index.ts'
import type { AccessClaims } from './access-claims.ts'
import type { VerifyNeeds } from './access-token.ts'
import { verifyAccessToken } from './access-token.ts'
import type { ClaimsRequest } from './claims.ts'
import { selectClaims } from './claims.ts'
import { oauthFailures } from './failures.ts'
import { readTokenSubject } from './store.ts'
import { stillGranted } from './token-subject.ts'

export type UserinfoNeeds = VerifyNeeds & {
  readonly db: Db
  readonly clients: ClientCache
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
  const access = await verifyAccessToken(needs, token, needs.issuer)
  if (access === undefined) throw invalid('not valid')
  const { jti, grantId, subject, scopes } = access
  if (!scopes.includes('openid') || grantId === undefined || !isUuid(subject)) {
    throw oauthFailures.insufficient_scope({ headers: challenge('insufficient_scope') })
  }
  const client = await needs.clients.find(access.clientId)
  if (client === undefined) throw invalid('client gone')
  const user = await readTokenSubject(needs.db, { jti, grantId, subject: subject as UserId })
  if (!stillGranted(user)) throw invalid('taken back')
  const asked = user.claims as ClaimsRequest | null
  const key = { type: 'user', id: user.id } as const
  const rights = await needs.accessClaims(key, client, scopes, 'userinfo')
  return { ...selectClaims(user, scopes, asked?.userinfo), ...rights, sub: user.id }
}
