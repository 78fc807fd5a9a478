import type { Clock, Random } from '../base/index.ts'
import { parseUserId } from '../base/index.ts'
import type { Client, ClientKeys } from '../clients/index.ts'
import type { Queries } from '../db/index.ts'
import type { User } from '../identity/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { Family, TokenBinding } from '../session/index.ts'
import type { AccessClaims } from './access-claims.ts'
import { claimsOfScopes } from './access-claims.ts'
import type { AccessTokenStart } from './access-token.ts'
import { mintAccessToken } from './access-token.ts'
import type { ClaimsRequest } from './claims.ts'
import { selectClaims } from './claims.ts'
import { oauthFailures } from './failures.ts'
import { mintIdToken } from './id-token.ts'
import { makeOpaqueToken } from './opaque/make-opaque-token.ts'
import type { TokenRulesNeeds } from './resources/token-rules.ts'
import { readTokenRules } from './resources/token-rules.ts'
import { scopeText } from './scope.ts'
import type { Subjects } from './subject.ts'
import type { TokenResponse } from './token/grant.ts'

export type MintNeeds = TokenRulesNeeds & {
  readonly db: Queries
  readonly clock: Clock
  readonly random: Random
  readonly keys: KeyRing
  readonly issuer: string
  readonly subjects: Subjects
}

export type IssueNeeds = MintNeeds & {
  readonly accessClaims: AccessClaims
  readonly clientKeys: ClientKeys
  /** Seconds. */
  readonly idTokenLifetime: number
}

export type AccessTokenWish = Omit<AccessTokenStart, 'audience' | 'lifetime' | 'alg'> & {
  readonly client: Client
  /** Registered resources (RFC 8707); none means this server's own. */
  readonly resources: readonly string[]
  /** Clients that it is for (RFC 8693 section 2.1). */
  readonly audiences?: readonly string[]
  /** Seconds that it may live at most, whatever the resources say. */
  readonly longest?: number
}

type MintedToken = {
  readonly token: string
  /** Seconds. */
  readonly lifetime: number
  readonly type: 'Bearer' | 'DPoP'
  /** What the token has of the scopes that were granted (RFC 6749 section 5.1). */
  readonly scopes: readonly string[]
}

export type AccessTokenMint = (wish: AccessTokenWish) => Promise<MintedToken>

/** The answer that has an access token and nothing else (RFC 6749 section 5.1). */
export function answerWithToken({ token, type, lifetime, scopes }: MintedToken): TokenResponse {
  return {
    access_token: token,
    token_type: type,
    expires_in: lifetime,
    ...(scopes.length > 0 && { scope: scopeText(scopes) }),
  }
}

/** The one place where access tokens are made: for the resources that were named, or our own. */
export function accessTokenMint(needs: MintNeeds): AccessTokenMint {
  return async ({ client, resources, audiences = [], longest = Infinity, ...wish }) => {
    const target = { client, resources, binding: wish.binding }
    const { alg, ...rules } = await readTokenRules(needs, target)
    const lifetime = Math.min(rules.lifetime, longest)
    const named = [...resources, ...audiences]
    const scopes = wish.scopes.filter((scope) => rules.scopes?.has(scope) !== false)
    const start = {
      ...wish,
      scopes,
      claims: claimsFor(client, rules.scopes === undefined ? undefined : scopes, wish.claims),
      audience: named.length === 0 ? needs.issuer : named,
      alg,
      lifetime,
    }
    const token = await make(needs, client, start, rules.format)
    return { token, lifetime, type: typeOf(wish.binding), scopes }
  }
}

/** Of what the subject may do, a registered resource learns what it lists the scope for. */
function claimsFor(
  { metadata }: Client,
  scopes: readonly string[] | undefined,
  claims: AccessTokenWish['claims'] = {},
) {
  const all = scopes === undefined || metadata.access_claims?.always === true
  return all ? claims : claimsOfScopes(claims, scopes)
}

/**
 * A client may know people by names of its own, and what it can read must not say others. Such a name leads
 * back to nobody, so a token that has it belongs to a grant, or is a row of ours that knows who is meant.
 */
async function make(
  needs: MintNeeds,
  client: Client,
  start: AccessTokenStart,
  format: 'jwt' | 'opaque',
): Promise<string> {
  const userId = start.subject === client.clientId ? undefined : parseUserId(start.subject)
  const subject = userId === undefined ? start.subject : needs.subjects.of(client, userId)
  const told = { ...start, subject }
  const nameless = subject !== start.subject && start.grant === undefined
  if (nameless && format === 'jwt' && start.audience !== needs.issuer) {
    throw oauthFailures.invalid_target({ parameter: 'resource', log: { why: 'nameless subject' } })
  }
  if (format === 'opaque' || nameless) return makeOpaqueToken(needs, told, userId)
  return mintAccessToken(needs, told)
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
  const token = await accessTokenMint(needs)({
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
        accessToken: token.token,
        claims: { ...selectClaims(user, [], asked?.id_token), ...inIdToken },
        lifetime: needs.idTokenLifetime,
      })
    : undefined
  return {
    access_token: token.token,
    token_type: token.type,
    expires_in: token.lifetime,
    scope: scopeText(token.scopes),
    ...(issue.refreshToken !== undefined && { refresh_token: issue.refreshToken }),
    ...(idToken !== undefined && { id_token: idToken }),
    ...(family.details !== null && { authorization_details: [...family.details] }),
  }
}
