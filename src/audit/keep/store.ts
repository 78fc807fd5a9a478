import type { Queries } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { Prune, Seal } from '../chain/batch.ts'

/** Months (`YYYY-MM-01`) of which the default partition holds rows; at most so many. */
export async function monthsInDefault(queries: Queries, most: number): Promise<string[]> {
  const rows = await queries.many<{ month: string }>(sql`
    WITH RECURSIVE months AS (
      SELECT min(created_at) AS at FROM audit_log_default
      UNION ALL
      SELECT (SELECT min(created_at) FROM audit_log_default
        WHERE created_at >= (date_trunc('month', months.at AT TIME ZONE 'UTC') + interval '1 month')
          AT TIME ZONE 'UTC')
      FROM months WHERE months.at IS NOT NULL)
    SELECT date_trunc('month', at AT TIME ZONE 'UTC')::date AS month FROM months
    WHERE at IS NOT NULL LIMIT ${most}`)
  return rows.map(({ month }) => month)
}

/** Months that have a partition, oldest first. */
export async function partitionedMonths(queries: Queries): Promise<string[]> {
  const rows = await queries.many<{ month: string }>(sql`
    SELECT to_date(substr(relname, 11), 'YYYY_MM') AS month
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'audit_log'::regclass AND relname ~ '^audit_log_[0-9]{4}_[0-9]{2}$'
    ORDER BY relname`)
  return rows.map(({ month }) => month)
}

/** True when the partition was made by this. */
export async function addMonth(queries: Queries, month: string): Promise<boolean> {
  // No SELECT at the beginning: this writes, and must not be repeated on a guess.
  const row = await queries.maybe<{ added: boolean }>(
    sql`WITH made AS (SELECT audit_add_month(${month}::date) AS added) SELECT added FROM made`,
  )
  return row?.added ?? false
}

export async function dropMonth(tx: Queries, month: string): Promise<void> {
  await tx.run(sql`WITH dropped AS (SELECT audit_drop_month(${month}::date)) SELECT FROM dropped`)
}

/** What is sealed of a month. */
export async function sealedOfMonth(
  tx: Queries,
  month: string,
): Promise<{ rows: number; firstSeq: number | null; lastSeq: number | null }> {
  const row = await tx.maybe<{ rows: number; firstSeq: number | null; lastSeq: number | null }>(sql`
    SELECT coalesce(sum(b.count), 0)::bigint AS rows, min(from_seq) AS first_seq, max(to_seq) AS last_seq
    FROM audit_batches b
    WHERE month = ${month}::date AND number > coalesce(
      (SELECT max(last_batch) FROM audit_prunes WHERE month = ${month}::date), 0)`)
  return row ?? { rows: 0, firstSeq: null, lastSeq: null }
}

/** The newest batch, and whether a month holds rows that no batch has sealed yet. */
export async function openRowsOfMonth(
  tx: Queries,
  month: string,
): Promise<{ lastBatch: number; open: boolean }> {
  const row = await tx.maybe<{ lastBatch: number; open: boolean }>(sql`
    SELECT coalesce(last.number, 0) AS last_batch, EXISTS (
      SELECT FROM audit_log
      WHERE created_at >= ${month}::timestamp AT TIME ZONE 'UTC'
        AND created_at < (${month}::timestamp + interval '1 month') AT TIME ZONE 'UTC'
        AND seq > coalesce(last.to_seq, 0)) AS open
    FROM (SELECT 1) AS one
    LEFT JOIN (SELECT number, to_seq FROM audit_batches ORDER BY number DESC LIMIT 1) AS last ON true`)
  return row ?? { lastBatch: 0, open: true }
}

export async function insertPrune(tx: Queries, prune: Prune & Seal): Promise<void> {
  const { month, lastBatch, rows, mac, keyId, createdAt } = prune
  await tx.run(sql`
    INSERT INTO audit_prunes (month, last_batch, rows, mac, key_id, created_at)
    VALUES (${month}::date, ${lastBatch}, ${rows}, ${mac}, ${keyId}, ${createdAt})`)
}

export async function deleteLocators(tx: Queries, month: string): Promise<void> {
  await tx.run(sql`DELETE FROM audit_locators WHERE month = ${month}::date`)
}
