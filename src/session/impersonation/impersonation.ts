import type { SessionId, UserId } from '../../base/index.ts'

/** An administrator who sees the account of somebody else for a while. */
export type Impersonation = {
  readonly id: string
  readonly adminId: UserId
  readonly adminName: string
  readonly userId: UserId
  readonly reason: string
  readonly minutes: number
  readonly createdAt: Date
  /** Until when the link opens the session, once. */
  readonly linkUntil: Date
  readonly sessionId: SessionId | null
  readonly startedAt: Date | null
  /** When the session ends by itself. */
  readonly endsAt: Date | null
  readonly endedAt: Date | null
}

export type ImpersonationState = 'waiting' | 'running' | 'over'

/** Pure: what has become of it by now. */
export function impersonationState(
  { linkUntil, startedAt, endsAt, endedAt }: Impersonation,
  now: Date,
): ImpersonationState {
  if (endedAt !== null) return 'over'
  if (startedAt === null) return now < linkUntil ? 'waiting' : 'over'
  return endsAt !== null && now < endsAt ? 'running' : 'over'
}
