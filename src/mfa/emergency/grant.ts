import type { UserId } from '../../base/index.ts'

/** Emergency access of one person: asked for by one, approved by another, used once. */
export type Grant = {
  readonly id: string
  readonly userId: UserId
  readonly reason: string
  /** `user:<id>`, `client:<client_id>` or `system`. */
  readonly requestedBy: string
  readonly requestedAt: Date
  readonly approvedBy: string | null
  readonly approvedAt: Date | null
  /** Of the request, and once approved of the code. */
  readonly expiresAt: Date
  readonly state: 'requested' | 'approved' | 'used' | 'cancelled' | 'expired'
}

export type GrantRow = Omit<Grant, 'state'> & {
  readonly cancelledAt: Date | null
  readonly usedAt: Date | null
}

/** A grant as it is at a moment. */
export function grantAt(row: GrantRow, now: Date): Grant {
  const { cancelledAt: _cancelledAt, usedAt: _usedAt, ...grant } = row
  return { ...grant, state: stateOf(row, now) }
}

function stateOf(row: GrantRow, now: Date): Grant['state'] {
  if (row.usedAt !== null) return 'used'
  if (row.cancelledAt !== null) return 'cancelled'
  if (row.expiresAt <= now) return 'expired'
  return row.approvedAt === null ? 'requested' : 'approved'
}
