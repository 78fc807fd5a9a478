import type { Queries } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { Batch, Prune, Seal } from './batch.ts'
import type { SealedRow } from './row.ts'

/** The newest number that was drawn; 0 when there is none. */
export async function drawnSeq(queries: Queries): Promise<number> {
  const row = await queries.maybe<{ seq: number }>(sql`
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS seq FROM audit_log_seq`)
  return row?.seq ?? 0
}

/**
 * The transactions that write to the log now. Whoever draws a number holds this lock from before that until
 * the transaction has ended and is visible (or undone).
 */
export async function writersNow(queries: Queries): Promise<string[]> {
  const rows = await queries.many<{ writer: string }>(sql`
    SELECT DISTINCT virtualtransaction AS writer FROM pg_locks
    WHERE locktype = 'relation' AND relation = 'audit_log'::regclass AND mode = 'RowExclusiveLock'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
  return rows.map(({ writer }) => writer)
}

/** A place between rows; `at` tells apart those that (wrongly) share a number. */
export type Place = Pick<SealedRow, 'seq' | 'at'>

/** Rows after a place in order of seq, as they are sealed. */
export function selectSealedRows(
  queries: Queries,
  { after, to, limit }: { readonly after: Place; readonly to: number; readonly limit: number },
): Promise<SealedRow[]> {
  return queries.many<SealedRow>(sql`
    SELECT seq, id, actor, on_behalf_of, action, resource, outcome, ip_address::text AS ip, user_agent,
      request_id, details::text AS details,
      to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
    FROM audit_log WHERE (seq, created_at) > (${after.seq}, ${after.at}::timestamptz) AND seq <= ${to}
    ORDER BY seq, created_at LIMIT ${limit}`)
}

export function selectLastBatch(queries: Queries): Promise<Batch | undefined> {
  return queries.maybe<Batch>(sql`
    SELECT number, month, from_seq, to_seq, count, previous, digest, mac, key_id, created_at
    FROM audit_batches ORDER BY number DESC LIMIT 1`)
}

export function selectBatches(
  queries: Queries,
  after: number,
  limit: number,
): Promise<(Batch & { readonly checkpoint: string | null })[]> {
  return queries.many(sql`
    SELECT number, month, from_seq, to_seq, count, previous, digest, mac, key_id, created_at, checkpoint
    FROM audit_batches WHERE number > ${after} ORDER BY number LIMIT ${limit}`)
}

/** The numbers of the first and the last batch that was sealed in a period. */
export async function selectSpan(
  queries: Queries,
  from: Date | null,
  to: Date | null,
): Promise<{ first: number; last: number } | undefined> {
  const row = await queries.maybe<{ first: number | null; last: number | null }>(sql`
    SELECT min(number) AS first, max(number) AS last FROM audit_batches
    WHERE created_at >= coalesce(${from}::timestamptz, '-infinity')
      AND created_at < coalesce(${to}::timestamptz, 'infinity')`)
  return row?.first == null || row.last === null ? undefined : { first: row.first, last: row.last }
}

type NewBatch = Batch & { readonly leaves: Buffer; readonly checkpoint: string | null }

/** Of two nodes that seal at once one gets the number; the other's statement fails. */
export async function insertBatch(queries: Queries, batch: NewBatch): Promise<void> {
  const { number, month, fromSeq, toSeq, count, previous, digest, mac, keyId } = batch
  await queries.run(sql`
    WITH sealed AS (
      INSERT INTO audit_batches (number, month, from_seq, to_seq, count, previous, digest, mac, key_id,
        checkpoint, created_at)
      VALUES (${number}, ${month}::date, ${fromSeq}, ${toSeq}, ${count}, ${previous}, ${digest}, ${mac},
        ${keyId}, ${batch.checkpoint}, ${batch.createdAt})
      RETURNING number, month)
    INSERT INTO audit_locators (number, month, leaves) SELECT number, month, ${batch.leaves}::bytea FROM sealed`)
}

export async function selectLeaves(queries: Queries, number: number): Promise<Buffer | undefined> {
  const row = await queries.maybe<{ leaves: Buffer }>(
    sql`SELECT leaves FROM audit_locators WHERE number = ${number}`,
  )
  return row?.leaves
}

export function selectPrunes(queries: Queries): Promise<(Prune & Seal)[]> {
  return queries.many<Prune & Seal>(sql`
    SELECT month, last_batch, rows, mac, key_id, created_at FROM audit_prunes ORDER BY month`)
}

export type PinnedKey = Seal & { readonly kid: string; readonly publicJwk: object }

export async function pinKey(queries: Queries, key: PinnedKey, at: Date): Promise<void> {
  await queries.run(sql`
    INSERT INTO audit_keys (kid, public_jwk, mac, key_id, created_at)
    VALUES (${key.kid}, ${JSON.stringify(key.publicJwk)}, ${key.mac}, ${key.keyId}, ${at})
    ON CONFLICT DO NOTHING`)
}

export function selectPinnedKeys(queries: Queries): Promise<PinnedKey[]> {
  return queries.many<PinnedKey>(sql`SELECT kid, public_jwk, mac, key_id FROM audit_keys`)
}

/** What else in the database knows how long the chain was. */
export async function selectTraces(
  queries: Queries,
): Promise<{ followed: number; located: number }> {
  const row = await queries.maybe<{ followed: number; located: number }>(sql`
    SELECT coalesce((SELECT max(seq) FROM audit_cursors), 0) AS followed,
      coalesce((SELECT max(number) FROM audit_locators), 0) AS located`)
  return row ?? { followed: 0, located: 0 }
}

export type StoredCheckpoint = {
  readonly number: number
  readonly toSeq: number
  readonly digest: Buffer
  readonly checkpoint: string
  readonly createdAt: Date
}

/** Newest first. */
export function selectCheckpoints(
  queries: Queries,
  before: number | null,
  limit: number,
): Promise<StoredCheckpoint[]> {
  return queries.many<StoredCheckpoint>(sql`
    SELECT number, to_seq, digest, checkpoint, created_at FROM audit_batches
    WHERE checkpoint IS NOT NULL AND number < coalesce(${before}, 9223372036854775807)
    ORDER BY number DESC LIMIT ${limit}`)
}
