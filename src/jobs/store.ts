import type { Queries } from '../db/index.ts'
import { sql } from '../db/index.ts'

/**
 * Takes the job's lock until the transaction ends; false when another node holds it. The transaction
 * then idles for as long as the job runs, which the limit for forgotten transactions must allow.
 */
export async function tryLockJob(tx: Queries, name: string): Promise<boolean> {
  const row = await tx.maybe<{ locked: boolean }>(sql`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${`cardea.job.${name}`}, 0)) AS locked,
      set_config('idle_in_transaction_session_timeout', '1h', true) AS longest`)
  return row?.locked ?? false
}
