import type { Queries } from '../db/index.ts'
import { sql } from '../db/index.ts'

/** Takes the job's lock until the transaction ends; false when another node holds it. */
export async function tryLockJob(tx: Queries, name: string): Promise<boolean> {
  const row = await tx.maybe<{ locked: boolean }>(
    sql`SELECT pg_try_advisory_xact_lock(hashtextextended(${`cardea.job.${name}`}, 0)) AS locked`,
  )
  return row?.locked ?? false
}
