import { jwtVerify } from 'jose'
import type { Clock, FamilyId, Random } from '../base/index.ts'
import { isUuid, numericDate, randomToken } from '../base/index.ts'
import type { KeyRing, SigningAlgorithm } from '../keys/index.ts'
import { signingAlgorithms, signJwt } from '../keys/index.ts'
import type { AuthorizationDetail, TokenBinding } from '../session/index.ts'
import { toldClaims } from './access-claims.ts'
import type { VerifiedTokens } from './verified-tokens.ts'
import { verifyingKey } from './verifying-key.ts'

/** RFC 8693 section 4.1: who acts, and for whom that one acts in turn. */
export type Actor = {
  readonly sub: string
  readonly client_id?: string
  readonly act?: Actor
}

/** The claims of RFC 9068 section 2.2; `grant_id` names the token family the token belongs to. */
export type AccessToken = {
  readonly jti: string
  /** As the client is told it. */
  readonly subject: string
  readonly clientId: string
  readonly audience: readonly string[]
  readonly scopes: readonly string[]
  /** What the sender must prove to hold (RFC 7800, `cnf`). */
  readonly binding: TokenBinding | undefined
  /** Who acts for the subject (RFC 8693 section 4.1). */
  readonly actor: Actor | undefined
  readonly details: readonly AuthorizationDetail[] | undefined
  readonly grantId: FamilyId | undefined
  readonly issuedAt: number
  readonly expiresAt: number
  readonly authTime: number | undefined
  readonly acr: string | undefined
  readonly amr: readonly string[] | undefined
  /** What the subject may do, as far as it was told. */
  readonly claims: Readonly<Record<string, unknown>>
}

export type AccessTokenStart = {
  readonly subject: string
  readonly clientId: string
  readonly audience: string | readonly string[]
  readonly scopes: readonly string[]
  readonly binding?: TokenBinding | undefined
  readonly actor?: Actor | undefined
  readonly details?: readonly AuthorizationDetail[] | undefined
  /** Seconds. */
  readonly lifetime: number
  readonly alg?: SigningAlgorithm
  /** What the subject may do, as far as the client is told. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly grant?: {
    readonly id: FamilyId
    readonly authTime: Date
    readonly acr: string
    readonly amr: readonly string[]
  }
}

type Needs = {
  readonly clock: Clock
  readonly random: Random
  readonly keys: KeyRing
  readonly issuer: string
}

/** Signs an access token; nothing is written anywhere (RFC 9068). */
export async function mintAccessToken(needs: Needs, start: AccessTokenStart): Promise<string> {
  const key = await needs.keys.signer(start.alg ?? 'ES256')
  const iat = numericDate(needs.clock.now())
  const { grant } = start
  return signJwt(key, 'at+jwt', {
    ...start.claims,
    iss: needs.issuer,
    sub: start.subject,
    aud: oneOrMany(start.audience),
    client_id: start.clientId,
    iat,
    exp: iat + start.lifetime,
    jti: randomToken(needs.random, 16),
    ...(start.scopes.length > 0 && { scope: start.scopes.join(' ') }),
    ...(start.binding && { cnf: start.binding }),
    ...(start.actor && { act: start.actor }),
    ...(start.details && { authorization_details: start.details }),
    ...(grant && {
      grant_id: grant.id,
      auth_time: numericDate(grant.authTime),
      acr: grant.acr,
      amr: grant.amr,
    }),
  })
}

/** RFC 7519 section 4.1.3. */
export function oneOrMany(audience: string | readonly string[]): string | string[] {
  if (typeof audience === 'string') return audience
  const [first, ...others] = audience
  return first !== undefined && others.length === 0 ? first : [...audience]
}

export type VerifyNeeds = Omit<Needs, 'random'> & { readonly verifiedTokens: VerifiedTokens }

/**
 * An access token of ours for this audience, or for any, that is a JWT and valid now; undefined for anything
 * else (RFC 9068 section 4).
 */
export async function verifyAccessToken(
  needs: VerifyNeeds,
  token: string,
  audience: string | undefined,
): Promise<AccessToken | undefined> {
  const now = needs.clock.now()
  const known = needs.verifiedTokens.get(token, audience, now)
  if (known !== undefined) return known
  try {
    const { payload, protectedHeader } = await jwtVerify(token, verifyingKey(needs.keys), {
      issuer: needs.issuer,
      ...(audience !== undefined && { audience }),
      typ: 'at+jwt',
      algorithms: [...signingAlgorithms],
      requiredClaims: ['sub', 'aud', 'exp', 'iat', 'jti', 'client_id'],
      currentDate: now,
    })
    const verified = toAccessToken(payload)
    needs.verifiedTokens.put(token, protectedHeader.kid ?? '', verified)
    return verified
  } catch {
    return undefined
  }
}

function toAccessToken(payload: Readonly<Record<string, unknown>>): AccessToken {
  const text = (name: string) => {
    const value = payload[name]
    return typeof value === 'string' ? value : ''
  }
  const grantId = text('grant_id')
  return {
    jti: text('jti'),
    subject: text('sub'),
    clientId: text('client_id'),
    audience: [payload.aud].flat().filter((one) => typeof one === 'string'),
    binding: payload.cnf as TokenBinding | undefined,
    actor: payload.act as Actor | undefined,
    details: payload.authorization_details as AuthorizationDetail[] | undefined,
    scopes: text('scope').split(' ').filter(Boolean),
    grantId: isUuid(grantId) ? (grantId as FamilyId) : undefined,
    issuedAt: Number(payload.iat),
    expiresAt: Number(payload.exp),
    authTime: typeof payload.auth_time === 'number' ? payload.auth_time : undefined,
    acr: typeof payload.acr === 'string' ? payload.acr : undefined,
    amr: payload.amr as string[] | undefined,
    claims: toldClaims(payload),
  }
}
