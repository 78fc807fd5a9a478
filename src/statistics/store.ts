import type { Queries, Tx } from '../db/index.ts'
import { sql } from '../db/index.ts'
import type { Delta, Metric } from './delta.ts'

export async function insertDeltas(queries: Queries, deltas: readonly Delta[]): Promise<void> {
  const column = <T>(of: (delta: Delta) => T): T[] => deltas.map(of)
  await queries.run(sql`
    INSERT INTO statistics_deltas (metric, dimension, day, delta)
    SELECT * FROM unnest(${column((d) => d.metric)}::text[], ${column((d) => d.dimension)}::text[],
      ${column((d) => d.day)}::date[], ${column((d) => d.delta)}::bigint[])`)
}

/** The oldest changes, of which no other process gets hold; how many they were. */
export async function foldDeltas(queries: Queries, limit: number): Promise<number> {
  const row = await queries.maybe<{ count: number }>(sql`
    WITH taken AS (
      DELETE FROM statistics_deltas WHERE id IN (
        SELECT id FROM statistics_deltas ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED)
      RETURNING metric, dimension, day, delta
    ), totals AS (
      INSERT INTO statistics_totals (metric, dimension, value)
      SELECT metric, dimension, sum(delta) FROM taken WHERE day IS NULL
      GROUP BY metric, dimension ORDER BY metric, dimension
      ON CONFLICT (metric, dimension) DO UPDATE SET value = statistics_totals.value + excluded.value
    ), daily AS (
      INSERT INTO statistics_daily (metric, day, dimension, value)
      SELECT metric, day, dimension, sum(delta) FROM taken WHERE day IS NOT NULL
      GROUP BY metric, day, dimension ORDER BY metric, day, dimension
      ON CONFLICT (metric, day, dimension) DO UPDATE SET value = statistics_daily.value + excluded.value
    )
    SELECT count(*) AS count FROM taken`)
  return row?.count ?? 0
}

export async function lockReconciling(tx: Tx): Promise<void> {
  await tx.many(sql`SELECT pg_advisory_xact_lock(hashtextextended('cardea.statistics', 0))`)
}

export type Drift = { readonly metric: Metric; readonly dimension: string; readonly drift: number }

/** Appends the difference between what is true and what was kept, all of one moment. */
export function correctDrift(tx: Tx): Promise<Drift[]> {
  return tx.many<Drift>(sql`
    WITH person AS (
      SELECT user_id FROM mfa_totp WHERE is_enabled
      UNION SELECT user_id FROM mfa_passkeys WHERE suspended_at IS NULL
    ), forgotten AS (
      DELETE FROM statistics_protected p WHERE NOT EXISTS (SELECT FROM person WHERE user_id = p.user_id)
    ), remembered AS (
      INSERT INTO statistics_protected (user_id)
      SELECT user_id FROM person n WHERE NOT EXISTS (SELECT FROM statistics_protected WHERE user_id = n.user_id)
      ON CONFLICT DO NOTHING
    ), exact AS (
      SELECT 'users' AS metric, statistics_user_state(is_active, delete_after) AS dimension, count(*) AS value
        FROM users GROUP BY 2
      UNION ALL SELECT 'users_with_factor', '', count(*) FROM person
      UNION ALL SELECT 'sessions', '', count(*) FROM sessions WHERE ended_at IS NULL
    ), kept AS (
      SELECT metric, dimension, sum(value) AS value FROM (
        SELECT metric, dimension, value FROM statistics_totals
        UNION ALL SELECT metric, dimension, delta FROM statistics_deltas WHERE day IS NULL
      ) AS parts WHERE metric IN ('users', 'users_with_factor', 'sessions') GROUP BY metric, dimension
    )
    INSERT INTO statistics_deltas (metric, dimension, delta)
    SELECT coalesce(e.metric, k.metric), coalesce(e.dimension, k.dimension),
      coalesce(e.value, 0) - coalesce(k.value, 0)
    FROM exact e FULL JOIN kept k ON k.metric = e.metric AND k.dimension = e.dimension
    WHERE coalesce(e.value, 0) <> coalesce(k.value, 0)
    RETURNING metric, dimension, delta AS drift`)
}

export type Kept = {
  readonly metric: Metric
  readonly day: string | null
  readonly dimension: string
  readonly value: number
}

/** The totals, and the days from one on of everything but the numbers of clients. */
export function selectKept(queries: Queries, from: string): Promise<Kept[]> {
  return queries.many<Kept>(sql`
    SELECT metric, NULL AS day, dimension, value FROM statistics_totals
    UNION ALL
    SELECT metric, day::text, dimension, value FROM statistics_daily
    WHERE metric IN ('sign_ins', 'sign_in_failures', 'factor_failures', 'registrations', 'tokens', 'security_events')
      AND day >= ${from}::date`)
}

export function sweepDays(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM statistics_daily WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM statistics_daily WHERE day < (${before}::timestamptz AT TIME ZONE 'UTC')::date
      ORDER BY day LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
