import type { Queries } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { AuditRecord } from '../record.ts'

export type Cursor = {
  readonly name: string
  readonly seq: number
  readonly failures: number
  readonly retryAt: Date | null
}

/** How far the log is sealed, and how far each follower has come. */
export async function selectProgress(
  queries: Queries,
): Promise<{ sealed: number; cursors: Cursor[] }> {
  const rows = await queries.many<Cursor & { sealed: number; name: string | null }>(sql`
    SELECT sealed, name, seq, failures, retry_at
    FROM (SELECT coalesce((SELECT to_seq FROM audit_batches ORDER BY number DESC LIMIT 1), 0) AS sealed) AS s
    LEFT JOIN audit_cursors ON true`)
  return {
    sealed: rows[0]?.sealed ?? 0,
    cursors: rows.filter(({ name }) => name !== null),
  }
}

export async function insertCursor(
  queries: Queries,
  name: string,
  seq: number,
  at: Date,
): Promise<void> {
  await queries.run(sql`
    INSERT INTO audit_cursors (name, seq, updated_at) VALUES (${name}, ${seq}, ${at})
    ON CONFLICT DO NOTHING`)
}

/** The position, which nobody else moves before the transaction ends. */
export async function lockCursor(tx: Queries, name: string): Promise<number | undefined> {
  const row = await tx.maybe<{ seq: number }>(
    sql`SELECT seq FROM audit_cursors WHERE name = ${name} FOR UPDATE`,
  )
  return row?.seq
}

type Move = { readonly name: string; readonly from: number; readonly to: number; readonly at: Date }

/** Zero rows: somebody else has moved it meanwhile. */
export function moveCursor(queries: Queries, { name, from, to, at }: Move): Promise<number> {
  return queries.run(sql`
    UPDATE audit_cursors SET seq = ${to}, failures = 0, retry_at = NULL, updated_at = ${at}
    WHERE name = ${name} AND seq = ${from}`)
}

export async function postponeCursor(
  queries: Queries,
  name: string,
  { failures, retryAt }: { readonly failures: number; readonly retryAt: Date },
): Promise<void> {
  await queries.run(sql`
    UPDATE audit_cursors SET failures = ${failures}, retry_at = ${retryAt} WHERE name = ${name}`)
}

export function selectRecords(
  queries: Queries,
  { after, to, limit }: { readonly after: number; readonly to: number; readonly limit: number },
): Promise<AuditRecord[]> {
  return queries.many<AuditRecord>(sql`
    SELECT seq, id, actor, on_behalf_of, action, resource, outcome, host(ip_address) AS ip_address,
      user_agent, request_id, details, created_at
    FROM audit_log WHERE seq > ${after} AND seq <= ${to} ORDER BY seq LIMIT ${limit}`)
}

/** As many as are counted: whoever waits for more than that waits for too many. */
const mostUnsealed = 100_000

/**
 * For metrics: entries that are not sealed yet, when the last seal was made, and how far followers are behind.
 * Entries are counted and not numbers, for the numbers of undone transactions wait for nothing.
 */
export async function selectLag(queries: Queries): Promise<{
  unsealed: number
  sealedAt: Date | null
  followers: { name: string; lag: number }[]
}> {
  const rows = await queries.many<{
    unsealed: number
    sealed: number
    sealedAt: Date | null
    name: string | null
    seq: number
  }>(sql`
    WITH head AS MATERIALIZED (
      SELECT coalesce(to_seq, 0) AS sealed, created_at AS sealed_at
      FROM (SELECT 1) AS one
      LEFT JOIN (SELECT to_seq, created_at FROM audit_batches ORDER BY number DESC LIMIT 1) AS b ON true),
    open AS MATERIALIZED (
      SELECT count(*) AS unsealed FROM (
        SELECT FROM audit_log WHERE seq > (SELECT sealed FROM head) ORDER BY seq LIMIT ${mostUnsealed}) AS rows)
    SELECT unsealed, sealed, sealed_at, name, seq
    FROM head CROSS JOIN open LEFT JOIN audit_cursors ON true`)
  const [first] = rows
  return {
    unsealed: first?.unsealed ?? 0,
    sealedAt: first?.sealedAt ?? null,
    followers: rows.flatMap(({ name, seq, sealed }) =>
      name === null ? [] : [{ name, lag: Math.max(0, sealed - seq) }],
    ),
  }
}
