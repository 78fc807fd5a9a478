import type { UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { BulkError, BulkOperation, Reached } from './operation.ts'

/** As many errors are kept; all are counted. */
const mostErrors = 50

export type BulkRow = BulkOperation & {
  readonly reachedAt: string | null
  readonly reachedId: UserId | null
}

export async function insertOperation(
  tx: Tx,
  operation: BulkOperation,
  targets: readonly UserId[] | null,
  expiresAt: Date,
): Promise<void> {
  const o = operation
  await tx.run(sql`
    INSERT INTO bulk_operations (id, operation, parameters, state, requested_by, request_origin, targets,
      filter, horizon, total, created_at, expires_at)
    VALUES (${o.id}, ${o.operation}, ${JSON.stringify(o.parameters)}, ${o.state},
      ${JSON.stringify(o.requestedBy)}, ${JSON.stringify(o.requestOrigin)}, ${targets}::uuid[],
      ${o.filter === null ? null : JSON.stringify(o.filter)}, ${o.horizon}, ${o.total}, ${o.createdAt},
      ${expiresAt})`)
}

/** The targets, of which there may be many, stay where they are. */
export function selectOperation(queries: Queries, id: string): Promise<BulkRow | undefined> {
  return queries.maybe<BulkRow>(sql`
    SELECT id, operation, parameters, state, requested_by, request_origin, filter, horizon, total, done,
      failed, errors, reached_at, reached_id, created_at, started_at, finished_at
    FROM bulk_operations WHERE id = ${id}`)
}

/** The youngest first. */
export function selectOperations(
  queries: Queries,
  after: string | undefined,
  limit: number,
): Promise<BulkRow[]> {
  const before = after ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff'
  return queries.many<BulkRow>(sql`
    SELECT id, operation, parameters, state, requested_by, request_origin, filter, horizon, total, done,
      failed, errors, reached_at, reached_id, created_at, started_at, finished_at
    FROM bulk_operations WHERE id < ${before}::uuid ORDER BY id DESC LIMIT ${limit}`)
}

export async function markRunning(queries: Queries, id: string, now: Date): Promise<void> {
  await queries.run(sql`
    UPDATE bulk_operations SET state = 'running', started_at = ${now} WHERE id = ${id} AND state = 'queued'`)
}

/** The next of the users who were named, in the order of their ids. */
export async function selectTargets(
  queries: Queries,
  id: string,
  after: UserId | null,
  limit: number,
): Promise<UserId[]> {
  const rows = await queries.many<{ id: UserId }>(sql`
    SELECT t.id FROM bulk_operations b, unnest(b.targets) AS t (id)
    WHERE b.id = ${id} AND (${after}::uuid IS NULL OR t.id > ${after}::uuid) ORDER BY t.id LIMIT ${limit}`)
  return rows.map((row) => row.id)
}

/**
 * Takes one user of a running operation, in the transaction of the change: of any number of workers one
 * comes from where the operation is to the next user, so nobody is done twice. Zero rows for the others.
 */
export function advance(
  tx: Tx,
  id: string,
  from: Reached,
  { to, error }: { readonly to: Reached; readonly error?: BulkError | undefined },
): Promise<number> {
  const errors = error === undefined ? null : JSON.stringify([error])
  return tx.run(sql`
    UPDATE bulk_operations SET reached_at = ${to.at}, reached_id = ${to.id},
      done = done + (${errors}::jsonb IS NULL)::integer, failed = failed + (${errors}::jsonb IS NOT NULL)::integer,
      errors = CASE WHEN ${errors}::jsonb IS NULL OR jsonb_array_length(errors) >= ${mostErrors} THEN errors
        ELSE errors || ${errors}::jsonb END
    WHERE id = ${id} AND state = 'running'
      AND reached_at IS NOT DISTINCT FROM ${from.at}::text AND reached_id IS NOT DISTINCT FROM ${from.id}::uuid`)
}

/** Goes on in the list behind people who did not fit; zero rows when somebody else did. */
export function passOver(tx: Tx, id: string, from: Reached, at: string | null): Promise<number> {
  return tx.run(sql`
    UPDATE bulk_operations SET reached_at = coalesce(${at}, reached_at)
    WHERE id = ${id} AND state = 'running'
      AND reached_at IS NOT DISTINCT FROM ${from.at}::text AND reached_id IS NOT DISTINCT FROM ${from.id}::uuid`)
}

/** False when it had come to an end already. */
export async function finish(
  tx: Tx,
  id: string,
  state: 'done' | 'cancelled' | 'failed',
  now: Date,
): Promise<boolean> {
  const ended = await tx.run(sql`
    UPDATE bulk_operations SET state = ${state}, finished_at = ${now},
      total = CASE WHEN ${state} = 'done' THEN done + failed ELSE total END
    WHERE id = ${id} AND state IN ('queued', 'running')`)
  return ended > 0
}

/** Assignments of a role to a user for everything and for ever. */
export async function selectPlainAssignments(
  queries: Queries,
  userId: UserId,
  role: string,
): Promise<string[]> {
  const rows = await queries.many<{ id: string }>(sql`
    SELECT a.id FROM role_assignments a
    WHERE a.user_id = ${userId} AND a.role_id = (SELECT id FROM roles WHERE name = ${role})
      AND a.resource_type IS NULL AND a.starts_at IS NULL AND a.ends_at IS NULL`)
  return rows.map((row) => row.id)
}

export function sweepOperations(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM bulk_operations WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM bulk_operations WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
