import type { ClientId, FamilyId, SessionId, UserId } from '../../base/index.ts'
import { addSeconds } from '../../base/index.ts'
import type { Exemption } from '../../mfa/index.ts'

/**
 * What a token is bound to, as its `cnf` claim says it: the thumbprint of a DPoP key (RFC 9449 section 6.1)
 * or of a certificate (RFC 8705 section 3.1).
 */
export type TokenBinding = { readonly jkt: string } | { readonly 'x5t#S256': string }

/**
 * One grant and the line of refresh tokens that grew from it (RFC 9700 section 4.14.2). There is one
 * row however often it is rotated, so the table grows with grants and not with time.
 */
export type Family = {
  readonly id: FamilyId
  readonly kind: 'oauth' | 'api'
  readonly userId: UserId
  readonly clientId: ClientId | null
  /** Null where no browser took part. */
  readonly sessionId: SessionId | null
  readonly scopes: readonly string[]
  /** The `claims` request parameter of OIDC Core 5.5, kept for UserInfo. */
  readonly claims: unknown
  /** Every token of the grant has it. */
  readonly binding: TokenBinding | null
  /** Registered resources (RFC 8707); none means this server's own. */
  readonly resources: readonly string[]
  /** Authorization details (RFC 9396). */
  readonly details: readonly AuthorizationDetail[] | null
  /** True when it was granted offline_access and so outlives the browser session. */
  readonly offline: boolean
  readonly seed: Buffer | null
  readonly generation: number
  readonly authTime: Date
  readonly amr: readonly string[]
  readonly acr: string
  readonly createdAt: Date
  readonly rotatedAt: Date
  readonly expiresAt: Date
  readonly revokedAt: Date | null
}

export type FamilyStart = Pick<
  Family,
  | 'kind'
  | 'userId'
  | 'clientId'
  | 'sessionId'
  | 'scopes'
  | 'claims'
  | 'offline'
  | 'authTime'
  | 'amr'
  | 'acr'
  | 'expiresAt'
> &
  Partial<Pick<Family, 'binding' | 'resources' | 'details'>> & {
    readonly withRefreshToken: boolean
  }

/** RFC 9396 section 2: `type` and what that type defines. */
export type AuthorizationDetail = { readonly type: string } & Readonly<Record<string, unknown>>

/** A family with what its session has come to; null when the row of the session is gone. */
export type FamilyInSession = Family & {
  readonly sessionEndedAt: Date | null
  readonly sessionSeenAt: Date | null
  readonly sessionExemption: Exemption | null
}

/** Seconds. */
export type RefreshRules = {
  /** How long an unused token lives. */
  readonly idle: number
  /** How long its predecessor may still be repeated. */
  readonly grace: number
  /** How long the session may be unused for tokens that end with it. */
  readonly sessionIdle: number
  /** The token stays as it is when it is used, for clients that prove who they are each time. */
  readonly stable?: boolean
}

export type RefreshDecision =
  | { readonly do: 'rotate' }
  | { readonly do: 'keep' }
  | { readonly do: 'repeat' }
  | { readonly do: 'refuse'; readonly why: 'revoked' | 'expired' | 'idle' | 'session_ended' }
  | { readonly do: 'revoke' }

/**
 * What to do with a genuine refresh token of generation `presented`.
 * Only the direct predecessor of the current token may be repeated, and only within the grace period,
 * which answers two tabs or a lost response; anything older is a replay (RFC 9700 section 4.14.2).
 */
export function decideRefresh(
  family: FamilyInSession,
  presented: number,
  rules: RefreshRules,
  now: Date,
): RefreshDecision {
  if (family.revokedAt !== null) return { do: 'refuse', why: 'revoked' }
  if (now >= family.expiresAt) return { do: 'refuse', why: 'expired' } // ASVS 10.4.8
  if (!family.offline && sessionOver(family, rules, now)) {
    return { do: 'refuse', why: 'session_ended' } // OIDC Core section 11
  }
  if (presented === family.generation) {
    const idleEnd = addSeconds(family.rotatedAt, rules.idle)
    if (now >= idleEnd) return { do: 'refuse', why: 'idle' }
    return { do: rules.stable === true ? 'keep' : 'rotate' }
  }
  const graceEnd = addSeconds(family.rotatedAt, rules.grace)
  return presented === family.generation - 1 && now < graceEnd ? { do: 'repeat' } : { do: 'revoke' }
}

function sessionOver(family: FamilyInSession, { sessionIdle }: RefreshRules, now: Date): boolean {
  const { sessionEndedAt, sessionSeenAt } = family
  if (sessionEndedAt !== null || sessionSeenAt === null) return true
  return now >= addSeconds(sessionSeenAt, sessionIdle) // ASVS 7.3.1
}
