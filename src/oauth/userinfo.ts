import type { AccessClaims } from './access-claims.ts'
import type { PresentedTokenNeeds } from './binding/presented-token.ts'
import { presentedToken } from './binding/presented-token.ts'
import type { ClaimsRequest } from './claims.ts'
import { selectClaims } from './claims.ts'
import { oauthFailures } from './failures.ts'
import type { ProtocolRequest } from './protocol-request.ts'

export type UserinfoNeeds = PresentedTokenNeeds & {
  readonly accessClaims: AccessClaims
}

/** OIDC Core 5.3: the claims that the token's scopes and the `claims` parameter ask for, in one statement. */
export async function userinfo(
  needs: UserinfoNeeds,
  request: ProtocolRequest,
): Promise<{ readonly sub: string } & Readonly<Record<string, unknown>>> {
  const presented = await presentedToken(needs, request, needs.issuer)
  const { client, person: user } = presented
  const { scopes } = presented.token
  if (user === undefined || !scopes.includes('openid')) {
    throw oauthFailures.insufficient_scope({ headers: presented.insufficient() })
  }
  const asked = user.claims as ClaimsRequest | null
  const key = { type: 'user', id: user.id } as const
  const rights = await needs.accessClaims(key, client, scopes, 'userinfo')
  return { ...selectClaims(user, scopes, asked?.userinfo), ...rights, sub: user.id }
}
