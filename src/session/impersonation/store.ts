import type { SessionId, UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { Impersonation } from './impersonation.ts'

export async function insertImpersonation(
  tx: Tx,
  impersonation: Impersonation,
  digest: Buffer,
  expiresAt: Date,
): Promise<void> {
  const i = impersonation
  await tx.run(sql`
    INSERT INTO impersonations (id, digest, admin_id, admin_name, user_id, reason, minutes, created_at,
      link_until, expires_at)
    VALUES (${i.id}, ${digest}, ${i.adminId}, ${i.adminName}, ${i.userId}, ${i.reason}, ${i.minutes},
      ${i.createdAt}, ${i.linkUntil}, ${expiresAt})`)
}

/** What a link would open; undefined when it opens nothing any more. */
export function selectWaiting(
  queries: Queries,
  digest: Buffer,
  now: Date,
): Promise<Impersonation | undefined> {
  return queries.maybe<Impersonation>(sql`
    SELECT id, admin_id, admin_name, user_id, reason, minutes, created_at, link_until, session_id, started_at,
      ends_at, ended_at
    FROM impersonations
    WHERE digest = ${digest} AND started_at IS NULL AND ended_at IS NULL AND link_until > ${now}`)
}

type Beginning = { readonly sessionId: SessionId; readonly now: Date; readonly endsAt: Date }

/** Uses up a link; of any number who try at the same time one does. */
export function markStarted(
  tx: Tx,
  digest: Buffer,
  { sessionId, now, endsAt }: Beginning,
): Promise<number> {
  return tx.run(sql`
    UPDATE impersonations SET started_at = ${now}, session_id = ${sessionId}, ends_at = ${endsAt}
    WHERE digest = ${digest} AND started_at IS NULL AND ended_at IS NULL AND link_until > ${now}`)
}

/** Ends one that waits or runs; undefined when there is none. */
export function markImpersonationEnded(
  tx: Tx,
  id: string,
  actor: string,
  now: Date,
): Promise<{ sessionId: SessionId | null; userId: UserId; reason: string } | undefined> {
  return tx.maybe(sql`
    UPDATE impersonations SET ended_at = ${now}, ended_by = ${actor}
    WHERE id = ${id} AND ended_at IS NULL AND coalesce(ends_at, link_until) > ${now}
    RETURNING session_id, user_id, reason`)
}

export function selectOfSession(
  queries: Queries,
  sessionId: SessionId,
): Promise<{ id: string } | undefined> {
  return queries.maybe(sql`SELECT id FROM impersonations WHERE session_id = ${sessionId}`)
}

const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** The youngest first. A session that was ended in another way ends the impersonation. */
export function selectImpersonations(
  queries: Queries,
  after: string | undefined,
  limit: number,
): Promise<Impersonation[]> {
  return queries.many<Impersonation>(sql`
    SELECT i.id, i.admin_id, i.admin_name, i.user_id, i.reason, i.minutes, i.created_at, i.link_until,
      i.session_id, i.started_at, i.ends_at, coalesce(i.ended_at, s.ended_at) AS ended_at
    FROM impersonations i LEFT JOIN sessions s ON s.id = i.session_id
    WHERE i.id < ${after ?? last}::uuid ORDER BY i.id DESC LIMIT ${limit}`)
}

/** The same of one account. */
export function selectImpersonationsOf(
  queries: Queries,
  userId: UserId,
  after: string | undefined,
  limit: number,
): Promise<Impersonation[]> {
  return queries.many<Impersonation>(sql`
    SELECT i.id, i.admin_id, i.admin_name, i.user_id, i.reason, i.minutes, i.created_at, i.link_until,
      i.session_id, i.started_at, i.ends_at, coalesce(i.ended_at, s.ended_at) AS ended_at
    FROM impersonations i LEFT JOIN sessions s ON s.id = i.session_id
    WHERE i.user_id = ${userId} AND i.id < ${after ?? last}::uuid ORDER BY i.id DESC LIMIT ${limit}`)
}

/** What the person may know: who was in the account, when and why. */
export function selectVisits(
  queries: Queries,
  userId: UserId,
  most: number,
): Promise<Impersonation[]> {
  return queries.many<Impersonation>(sql`
    SELECT id, admin_id, admin_name, user_id, reason, minutes, created_at, link_until, session_id, started_at,
      ends_at, ended_at
    FROM impersonations WHERE user_id = ${userId} AND started_at IS NOT NULL ORDER BY id DESC LIMIT ${most}`)
}

export function sweepImpersonations(
  queries: Queries,
  before: Date,
  limit: number,
): Promise<number> {
  return queries.run(sql`
    DELETE FROM impersonations WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM impersonations WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
