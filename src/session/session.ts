import type { SessionId, UserId } from '../base/index.ts'
import { addSeconds } from '../base/index.ts'

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
  readonly createdAt: Date
  readonly lastSeenAt: Date
  readonly expiresAt: Date
  readonly endedAt: Date | null
}

/** Seconds. A session dies `idle` after its last use and `absolute` after its start, whichever is first. */
export type SessionLifetimes = { readonly idle: number; readonly absolute: number }

export type SessionStart = {
  readonly kind: Session['kind']
  readonly userId: UserId
  readonly amr: readonly string[]
  readonly acr: string
  readonly ip?: string
  readonly userAgent?: string
}

export function sessionAlive(session: Session, lifetimes: SessionLifetimes, now: Date): boolean {
  if (session.endedAt !== null || now >= session.expiresAt) return false
  return now < addSeconds(session.lastSeenAt, lifetimes.idle) // ASVS 7.3.1
}
