import type { ClientId, SessionId, UserId } from '../../base/index.ts'
import type { Failure } from '../../base/index.ts'
import type { Assurance } from '../../mfa/index.ts'
import type { AcrWish } from '../../mfa/index.ts'
import type { AuthorizationDetail, Session } from '../../session/index.ts'
import { oauthFailures } from '../failures.ts'
import { pollFailures } from './failures.ts'

/** What a client asks a person for who is on another device. */
export type AskedElsewhere = {
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  readonly details: readonly AuthorizationDetail[] | null
  readonly acr?: AcrWish
}

/** Who allowed it, by which session, and what that stood for; times in ms since 1970. */
export type Approval = Pick<Assurance, 'acr' | 'amr' | 'authTime'> & {
  readonly sessionId: SessionId
  readonly sessionEnds: number
}

/** A request of a device (RFC 8628) or by the back channel (CIBA) on its way to a grant. */
export type Waiting = {
  readonly id: string
  readonly clientId: ClientId
  readonly asked: AskedElsewhere
  readonly status: 'pending' | 'approved' | 'denied' | 'redeemed'
  readonly userId: UserId | null
  readonly approval: Approval | null
  readonly expiresAt: Date
}

export type PollDecision =
  | { readonly do: 'redeem'; readonly userId: UserId; readonly approval: Approval }
  | { readonly do: 'wait' }
  | {
      readonly do: 'refuse'
      readonly why: 'unknown' | 'foreign' | 'redeemed' | 'denied' | 'expired'
    }

/** What who polls is told; pure. What belongs to another client looks as if it did not exist. */
export function decidePoll(
  waiting: Waiting | undefined,
  { clientId, now }: { readonly clientId: ClientId; readonly now: Date },
): PollDecision {
  if (waiting === undefined) return { do: 'refuse', why: 'unknown' }
  if (waiting.clientId !== clientId) return { do: 'refuse', why: 'foreign' }
  const { status, userId, approval } = waiting
  if (status === 'redeemed' || status === 'denied') return { do: 'refuse', why: status }
  if (now >= waiting.expiresAt) return { do: 'refuse', why: 'expired' }
  if (status === 'pending' || userId === null || approval === null) return { do: 'wait' }
  return { do: 'redeem', userId, approval }
}

/** RFC 8628 section 3.5, CIBA Core section 11. */
export function pollFailure(why: (PollDecision & { do: 'refuse' })['why']): Failure {
  if (why === 'denied') return oauthFailures.access_denied()
  if (why === 'expired') return pollFailures.expired_token()
  return oauthFailures.invalid_grant({ log: { why } })
}

export function approvalOf(session: Session, acr: string = session.acr): Approval {
  const { id: sessionId, amr, authTime, expiresAt } = session
  return { sessionId, acr, amr, authTime: authTime.getTime(), sessionEnds: expiresAt.getTime() }
}
