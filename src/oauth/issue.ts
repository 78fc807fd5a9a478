import type { Clock, Random } from '../base/index.ts'
import type { Client, ClientKeys } from '../clients/index.ts'
import type { User } from '../identity/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { Family, TokenBinding } from '../session/index.ts'
import type { AccessClaims } from './access-claims.ts'
import type { AccessTokenStart } from './access-token.ts'
import { mintAccessToken } from './access-token.ts'
import type { ClaimsRequest } from './claims.ts'
import { selectClaims } from './claims.ts'
import { mintIdToken } from './id-token.ts'
import { scopeText } from './scope.ts'
import type { Subjects } from './subject.ts'
import type { TokenResponse } from './token/grant.ts'

export type IssueNeeds = {
  readonly clock: Clock
  readonly random: Random
  readonly keys: KeyRing
  readonly issuer: string
  readonly accessClaims: AccessClaims
  readonly subjects: Subjects
  readonly clientKeys: ClientKeys
  /** Seconds. */
  readonly accessTokenLifetime: number
  /** Seconds. */
  readonly idTokenLifetime: number
}

export type AccessTokenWish = Omit<AccessTokenStart, 'audience' | 'lifetime'> & {
  readonly client: Client
  /** Registered resources (RFC 8707); none means this server's own. */
  readonly resources: readonly string[]
}

export type AccessTokenMint = (wish: AccessTokenWish) => Promise<{
  readonly token: string
  /** Seconds. */
  readonly lifetime: number
  readonly type: 'Bearer' | 'DPoP'
}>

/** The one place where access tokens are made: for the resources that were named, or our own. */
export function accessTokenMint(needs: IssueNeeds): AccessTokenMint {
  const lifetime = needs.accessTokenLifetime
  return async ({ client: _client, resources, ...start }) => {
    const audience = resources.length === 0 ? needs.issuer : resources
    const token = await mintAccessToken(needs, { ...start, audience, lifetime })
    return { token, lifetime, type: typeOf(start.binding) }
  }
}

/** RFC 9449 section 5; a certificate does not change the type (RFC 8705 section 3). */
function typeOf(binding: TokenBinding | undefined): 'Bearer' | 'DPoP' {
  return binding !== undefined && 'jkt' in binding ? 'DPoP' : 'Bearer'
}

export type Issue = {
  readonly client: Client
  readonly user: User
  readonly family: Family
  readonly refreshToken: string | undefined
  /** What this answer grants: all of the family's scopes, or fewer on refresh. */
  readonly scopes: readonly string[]
  /** What this answer is for: the family's resources, or fewer of them. */
  readonly resources: readonly string[]
  readonly binding: TokenBinding | undefined
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
  const sub = needs.subjects.of(client, user.id)
  const { token, lifetime, type } = await accessTokenMint(needs)({
    client,
    resources: issue.resources,
    binding: issue.binding,
    details: family.details ?? undefined,
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
        subject: sub,
        authTime: family.authTime,
        acr: family.acr,
        amr: family.amr,
        sid: family.sessionId ?? undefined,
        nonce: issue.nonce,
        accessToken: token,
        claims: { ...selectClaims(user, [], asked?.id_token), ...inIdToken },
        lifetime: needs.idTokenLifetime,
      })
    : undefined
  return {
    access_token: token,
    token_type: type,
    expires_in: lifetime,
    scope: scopeText(scopes),
    ...(issue.refreshToken !== undefined && { refresh_token: issue.refreshToken }),
    ...(idToken !== undefined && { id_token: idToken }),
    ...(family.details !== null && { authorization_details: [...family.details] }),
  }
}
