import type { Tx } from '../../db/index.ts'
import type { AuditRecord } from '../record.ts'

/**
 * Gets every sealed record exactly once, in order of `seq`, in the transaction that moves its cursor. The
 * transaction may be tried again, so `handle` has no effects outside of it.
 */
export type AuditFollower = {
  readonly name: string
  readonly handle: (tx: Tx, records: readonly AuditRecord[]) => Promise<void>
  /** A new follower begins at the `start` of the log (the default), or with what is sealed from now on. */
  readonly from?: 'start' | 'now'
}

/**
 * Carries records out of the database: every sealed record at least once, in order of `seq`. No transaction
 * is open while it does so.
 */
export type AuditStream = {
  readonly name: string
  readonly write: (records: readonly AuditRecord[]) => Promise<void>
  readonly from?: 'start' | 'now'
}
