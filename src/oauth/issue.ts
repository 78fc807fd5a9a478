import type { Clock, Random } from '../base/index.ts'
import type { Client } from '../clients/index.ts'
import type { User } from '../identity/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { Family } from '../session/index.ts'
import type { AccessClaims } from './access-claims.ts'
import type { AccessTokenStart } from './access-token.ts'
import { mintAccessToken } from './access-token.ts'
import type { ClaimsRequest } from './claims.ts'
import { selectClaims } from './claims.ts'
import { mintIdToken } from './id-token.ts'
import { scopeText } from './scope.ts'
import type { TokenResponse } from './token/grant.ts'

export type IssueNeeds = {
  readonly clock: Clock
  readonly random: Random
  readonly keys: KeyRing
  readonly issuer: string
  readonly accessClaims: AccessClaims
  /** Seconds. */
  readonly accessTokenLifetime: number
  /** Seconds. */
  readonly idTokenLifetime: number
}

export type AccessTokenMint = (
  start: Omit<AccessTokenStart, 'audience' | 'lifetime'>,
) => Promise<{ token: string; lifetime: number }>

/** Access tokens for this issuer's own resources (UserInfo and whoever asks introspection). */
export function accessTokenMint(needs: IssueNeeds): AccessTokenMint {
  const lifetime = needs.accessTokenLifetime
  return async (start) => {
    const token = await mintAccessToken(needs, { ...start, audience: needs.issuer, lifetime })
    return { token, lifetime }
  }
}

export type Issue = {
  readonly client: Client
  readonly user: User
  readonly family: Family
  readonly refreshToken: string | undefined
  /** What this answer grants: all of the family's scopes, or fewer on refresh. */
  readonly scopes: readonly string[]
  readonly nonce?: string | undefined
}

/** Everything a family gives its client in one answer of the token endpoint. */
export async function issueTokens(needs: IssueNeeds, issue: Issue): Promise<TokenResponse> {
  const { client, user, family, scopes } = issue
  const subject = { type: 'user', id: user.id } as const
  const [inAccessToken, inIdToken] = await Promise.all([
    needs.accessClaims(subject, client, scopes, 'access_token'),
    needs.accessClaims(subject, client, scopes, 'id_token'),
  ])
  const { token, lifetime } = await accessTokenMint(needs)({
    subject: user.id,
    claims: inAccessToken,
    clientId: client.clientId,
    scopes,
    grant: family,
  })
  const asked = family.claims as ClaimsRequest | null
  const idToken = scopes.includes('openid')
    ? await mintIdToken(needs, {
        client,
        subject: user.id,
        authTime: family.authTime,
        acr: family.acr,
        amr: family.amr,
        sid: family.sessionId,
        nonce: issue.nonce,
        accessToken: token,
        claims: { ...selectClaims(user, [], asked?.id_token), ...inIdToken },
        lifetime: needs.idTokenLifetime,
      })
    : undefined
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: lifetime,
    scope: scopeText(scopes),
    ...(issue.refreshToken !== undefined && { refresh_token: issue.refreshToken }),
    ...(idToken !== undefined && { id_token: idToken }),
  }
}
