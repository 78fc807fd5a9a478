import type { SessionId, UserId } from '../base/index.ts'
import type { Queries, Tx } from '../db/index.ts'
import { sql } from '../db/index.ts'
import type { Assurance } from '../mfa/index.ts'
import type { Session } from './session.ts'

export async function insertSession(tx: Tx, session: Session, digest: Buffer): Promise<void> {
  const s = session
  await tx.run(sql`
    INSERT INTO sessions (id, digest, kind, user_id, auth_time, amr, acr, exemption, ip_address,
      user_agent, remembered, impersonator, created_at, last_seen_at, expires_at)
    VALUES (${s.id}, ${digest}, ${s.kind}, ${s.userId}, ${s.authTime}, ${s.amr}, ${s.acr}, ${s.exemption},
      ${s.ipAddress}, ${s.userAgent}, ${s.remembered}, ${s.impersonator}, ${s.createdAt}, ${s.lastSeenAt},
      ${s.expiresAt})`)
}

/**
 * A session counts only while its user is active, and so does an administrator who is in it: deactivation
 * takes effect at the next request.
 */
export function selectSession(queries: Queries, digest: Buffer): Promise<Session | undefined> {
  return queries.maybe<Session>(sql`
    SELECT s.id, s.kind, s.user_id, s.auth_time, s.amr, s.acr, s.exemption, host(s.ip_address) AS ip_address,
      s.user_agent, s.remembered, s.impersonator, s.created_at, s.last_seen_at, s.expires_at, s.ended_at
    FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.digest = ${digest} AND u.is_active
      AND (s.impersonator IS NULL OR (SELECT is_active FROM users WHERE id = s.impersonator))`)
}

/** The sessions of a user that neither ended nor expired, those used last first. */
export function selectUserSessions(
  queries: Queries,
  userId: UserId,
  now: Date,
  most: number,
): Promise<Session[]> {
  return queries.many<Session>(sql`
    SELECT id, kind, user_id, auth_time, amr, acr, exemption, host(ip_address) AS ip_address, user_agent,
      remembered, impersonator, created_at, last_seen_at, expires_at, ended_at
    FROM sessions WHERE user_id = ${userId} AND ended_at IS NULL AND expires_at > ${now}
    ORDER BY last_seen_at DESC, id DESC LIMIT ${most}`)
}

export async function touchSession(queries: Queries, id: SessionId, now: Date): Promise<void> {
  await queries.run(
    sql`UPDATE sessions SET last_seen_at = ${now} WHERE id = ${id} AND last_seen_at < ${now}`,
  )
}

/** A living session with a new secret, and what was proved for it. */
export function renewSession(tx: Tx, session: Session, digest: Buffer): Promise<number> {
  const s = session
  return tx.run(sql`
    UPDATE sessions SET digest = ${digest}, auth_time = ${s.authTime}, amr = ${s.amr}, acr = ${s.acr},
      exemption = ${s.exemption}, ip_address = ${s.ipAddress}, user_agent = ${s.userAgent},
      last_seen_at = ${s.lastSeenAt}, expires_at = ${s.expiresAt}
    WHERE id = ${s.id} AND ended_at IS NULL`)
}

export function renewProof(tx: Tx, id: SessionId, proved: Assurance, now: Date): Promise<number> {
  const { acr, amr, authTime, exemption = null } = proved
  return tx.run(sql`
    UPDATE sessions SET auth_time = ${new Date(authTime)}, acr = ${acr}, amr = ${amr},
      exemption = ${exemption}, last_seen_at = ${now}
    WHERE id = ${id} AND ended_at IS NULL`)
}

export function markSessionEnded(tx: Tx, id: SessionId, now: Date): Promise<number> {
  return tx.run(sql`UPDATE sessions SET ended_at = ${now} WHERE id = ${id} AND ended_at IS NULL`)
}

/** The same only when the session is of this user, so that a foreign id is like no id at all. */
export function markOwnSessionEnded(
  tx: Tx,
  userId: UserId,
  id: string,
  now: Date,
): Promise<{ id: SessionId } | undefined> {
  return tx.maybe<{ id: SessionId }>(sql`
    UPDATE sessions SET ended_at = ${now}
    WHERE id = ${id} AND user_id = ${userId} AND ended_at IS NULL RETURNING id`)
}

/** With those in which the user sees the account of somebody else. */
export async function markUserSessionsEnded(
  tx: Tx,
  userId: UserId,
  now: Date,
  except: SessionId | null,
): Promise<SessionId[]> {
  const ended = await tx.many<{ id: SessionId }>(sql`
    UPDATE sessions SET ended_at = ${now}
    WHERE (user_id = ${userId} OR impersonator = ${userId}) AND ended_at IS NULL
      AND id IS DISTINCT FROM ${except}::uuid
    RETURNING id`)
  return ended.map(({ id }) => id)
}

export function sweepSessions(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM sessions WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM sessions WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
