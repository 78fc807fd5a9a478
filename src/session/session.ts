import type { SessionId, UserId } from '../base/index.ts'
import { addSeconds } from '../base/index.ts'
import { sessionFailures } from './failures.ts'

/** The assurance of a password alone: one factor. */
export const acrPassword = 'urn:cardea:aal1'

export type Session = {
  readonly id: SessionId
  readonly kind: 'browser' | 'api'
  readonly userId: UserId
  /** When the person last proved who they are (OIDC Core section 2, `auth_time`). */
  readonly authTime: Date
  /** Authentication methods, RFC 8176. */
  readonly amr: readonly string[]
  readonly acr: string
  readonly ipAddress: string | null
  readonly userAgent: string | null
  /** Whether the person asked to stay signed in beyond the browser window. */
  readonly remembered: boolean
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
  readonly amr: readonly string[]
  readonly acr: string
  readonly remembered: boolean
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

/** Fails unless the proof is recent (ASVS 7.5.1); RFC 9470 section 3 says how to tell. */
export function requireFresh(proved: Proved, freshLifetime: number, now: Date): void {
  if (isFresh(proved, freshLifetime, now)) return
  const parts = [
    'error="insufficient_user_authentication"',
    'error_description="The last proof of identity is too old"',
    `max_age=${freshLifetime}`,
  ]
  throw sessionFailures.reauthentication_required({
    headers: { 'www-authenticate': `Bearer ${parts.join(', ')}` },
  })
}
