import type { Failure, SessionId, UserId } from '../base/index.ts'
import { addSeconds } from '../base/index.ts'
import type { Assurance, Exemption } from '../mfa/index.ts'
import { sessionFailures } from './failures.ts'

export type Session = {
  readonly id: SessionId
  readonly kind: 'browser' | 'api'
  readonly userId: UserId
  /** When the person last proved who they are (OIDC Core section 2, `auth_time`). */
  readonly authTime: Date
  /** Authentication methods, RFC 8176. */
  readonly amr: readonly string[]
  readonly acr: string
  /** Why the second factor that the policy asks for was not asked for. */
  readonly exemption: Exemption | null
  readonly ipAddress: string | null
  readonly userAgent: string | null
  /** Whether the person asked to stay signed in beyond the browser window. */
  readonly remembered: boolean
  /** The administrator who sees the account of the user in it. */
  readonly impersonator: UserId | null
  readonly createdAt: Date
  readonly lastSeenAt: Date
  readonly expiresAt: Date
  readonly endedAt: Date | null
}

/** Seconds. A session dies `idle` after its last use and `absolute` after its start, whichever is first. */
export type SessionLifetimes = {
  readonly idle: number
  readonly absolute: number
  /** Instead of `absolute`, where shorter, for who did not ask to be remembered. */
  readonly unremembered?: number
}

export type SessionStart = {
  readonly kind: Session['kind']
  readonly userId: UserId
  readonly proved: Assurance
  readonly remembered: boolean
  readonly impersonator?: UserId
  readonly ip?: string
  readonly userAgent?: string
}

export function sessionAlive(session: Session, lifetimes: SessionLifetimes, now: Date): boolean {
  if (session.endedAt !== null || now >= session.expiresAt) return false
  return now < addSeconds(session.lastSeenAt, lifetimes.idle) // ASVS 7.3.1
}

export function endOf({ absolute, unremembered }: SessionLifetimes, remembered: boolean): number {
  return remembered ? absolute : Math.min(absolute, unremembered ?? absolute)
}

type Proved = { readonly authTime: Date }

/** Whether the person proved who they are so recently that sensitive changes need no new proof. */
export function isFresh({ authTime }: Proved, freshLifetime: number, now: Date): boolean {
  return now < addSeconds(authTime, freshLifetime)
}

/** What a session or a family says of what its person proved. */
export type ProvedBefore = Pick<Session, 'acr' | 'amr' | 'authTime' | 'exemption'>

/** What somebody proved when a session began, to be combined with what they prove now. */
export function provedBy({ acr, amr, authTime, exemption }: ProvedBefore): Assurance {
  return { acr, amr, authTime: authTime.getTime(), ...(exemption !== null && { exemption }) }
}

/**
 * What a resource answers when a proof is too old or too weak (RFC 9470 section 3): how recent it must
 * be, in seconds, and the `acr` that would do.
 */
export function insufficientProof(freshLifetime: number, acr?: string): Failure {
  const why = acr === undefined ? 'too old' : 'too old or not strong enough'
  const parts = [
    'error="insufficient_user_authentication"',
    `error_description="The last proof of identity is ${why}"`,
    ...(acr === undefined ? [] : [`acr_values="${acr}"`]),
    `max_age=${freshLifetime}`,
  ]
  return sessionFailures.reauthentication_required({
    headers: { 'www-authenticate': `Bearer ${parts.join(', ')}` },
  })
}
