import type { Db } from '../db/index.ts'
import type { Drift } from './store.ts'
import { correctDrift, lockReconciling } from './store.ts'

/**
 * Counts the users, their factors and the sessions, and corrects what was kept of them. Nobody waits for it:
 * one statement sees one moment, in which the tables must agree with what was folded and what was not yet,
 * and what does not agree is appended as one more change.
 */
export function reconcile({ db }: { readonly db: Db }): Promise<Drift[]> {
  return db.transaction(async (tx) => {
    // Two at once would correct the same drift twice. Its own statement, so that the next one sees the end
    // of the other.
    await lockReconciling(tx)
    return correctDrift(tx)
  })
}
