import type { FamilyId, SessionId, UserId } from '../base/index.ts'
import type { Queries, Tx } from '../db/index.ts'
import { sql } from '../db/index.ts'
import type { Family } from './family.ts'
import type { Session } from './session.ts'

export async function insertSession(tx: Tx, session: Session, digest: Buffer): Promise<void> {
  const s = session
  await tx.run(sql`
    INSERT INTO sessions (id, digest, kind, user_id, auth_time, amr, acr, ip_address, user_agent,
      created_at, last_seen_at, expires_at)
    VALUES (${s.id}, ${digest}, ${s.kind}, ${s.userId}, ${s.authTime}, ${s.amr}, ${s.acr}, ${s.ipAddress},
      ${s.userAgent}, ${s.createdAt}, ${s.lastSeenAt}, ${s.expiresAt})`)
}

/** A session counts only while its user is active: deactivation takes effect at the next request. */
export function selectSession(queries: Queries, digest: Buffer): Promise<Session | undefined> {
  return queries.maybe<Session>(sql`
    SELECT s.id, s.kind, s.user_id, s.auth_time, s.amr, s.acr, host(s.ip_address) AS ip_address,
      s.user_agent, s.created_at, s.last_seen_at, s.expires_at, s.ended_at
    FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.digest = ${digest} AND u.is_active`)
}

export async function touchSession(queries: Queries, id: SessionId, now: Date): Promise<void> {
  await queries.run(
    sql`UPDATE sessions SET last_seen_at = ${now} WHERE id = ${id} AND last_seen_at < ${now}`,
  )
}

export function markSessionEnded(tx: Tx, id: SessionId, now: Date): Promise<number> {
  return tx.run(sql`UPDATE sessions SET ended_at = ${now} WHERE id = ${id} AND ended_at IS NULL`)
}

export function markUserSessionsEnded(tx: Tx, userId: UserId, now: Date): Promise<number> {
  return tx.run(
    sql`UPDATE sessions SET ended_at = ${now} WHERE user_id = ${userId} AND ended_at IS NULL`,
  )
}

export function revokeSessionFamilies(tx: Tx, id: SessionId, now: Date): Promise<number> {
  return tx.run(sql`
    UPDATE token_families SET revoked_at = ${now}
    WHERE session_id = ${id} AND NOT offline AND revoked_at IS NULL`)
}

export function revokeUserFamilies(tx: Tx, userId: UserId, now: Date): Promise<number> {
  return tx.run(
    sql`UPDATE token_families SET revoked_at = ${now} WHERE user_id = ${userId} AND revoked_at IS NULL`,
  )
}

/** Refresh families that were bound to one session follow it to the next. */
export function moveFamilies(tx: Tx, from: SessionId, to: SessionId): Promise<number> {
  return tx.run(sql`
    UPDATE token_families SET session_id = ${to} WHERE session_id = ${from} AND revoked_at IS NULL`)
}

/**
 * Inserts a family only while its session lives. The share lock makes a sign-out at the same moment wait
 * for this or be seen by it, so nothing is granted that a sign-out would miss. Zero rows: it had ended.
 */
export function insertFamily(tx: Tx, family: Family): Promise<number> {
  const f = family
  return tx.run(sql`
    WITH live AS (SELECT id FROM sessions WHERE id = ${f.sessionId} AND ended_at IS NULL FOR SHARE)
    INSERT INTO token_families (id, kind, user_id, client_id, session_id, scopes, claims, offline, seed,
      generation, auth_time, amr, acr, created_at, rotated_at, expires_at)
    SELECT ${f.id}::uuid, ${f.kind}::text, ${f.userId}::uuid, ${f.clientId}::text, live.id, ${f.scopes}::text[],
      ${f.claims == null ? null : JSON.stringify(f.claims)}::jsonb, ${f.offline}::boolean, ${f.seed}::bytea,
      ${f.generation}::integer, ${f.authTime}::timestamptz, ${f.amr}::text[], ${f.acr}::text,
      ${f.createdAt}::timestamptz, ${f.rotatedAt}::timestamptz, ${f.expiresAt}::timestamptz
    FROM live`)
}

export function lockFamily(tx: Tx, id: FamilyId): Promise<Family | undefined> {
  return tx.maybe<Family>(sql`
    SELECT id, kind, user_id, client_id, session_id, scopes, claims, offline, seed, generation,
      auth_time, amr, acr, created_at, rotated_at, expires_at, revoked_at
    FROM token_families WHERE id = ${id} FOR UPDATE`)
}

export function readFamily(queries: Queries, id: FamilyId): Promise<Family | undefined> {
  return queries.maybe<Family>(sql`
    SELECT id, kind, user_id, client_id, session_id, scopes, claims, offline, seed, generation,
      auth_time, amr, acr, created_at, rotated_at, expires_at, revoked_at
    FROM token_families WHERE id = ${id}`)
}

/** Guarded by the generation that was read, although the row lock already serialises. */
export function advanceGeneration(tx: Tx, id: FamilyId, from: number, now: Date): Promise<number> {
  return tx.run(sql`
    UPDATE token_families SET generation = ${from} + 1, rotated_at = ${now}
    WHERE id = ${id} AND generation = ${from} AND revoked_at IS NULL`)
}

export function revokeFamily(queries: Queries, id: FamilyId, now: Date): Promise<number> {
  return queries.run(
    sql`UPDATE token_families SET revoked_at = ${now} WHERE id = ${id} AND revoked_at IS NULL`,
  )
}

/** A revoked family is kept until it would have expired, so that replays are still recognised. */
export function sweepFamilies(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM token_families WHERE id IN
      (SELECT id FROM token_families WHERE expires_at < ${before} ORDER BY expires_at LIMIT ${limit})`)
}

export function sweepSessions(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM sessions WHERE id IN
      (SELECT id FROM sessions WHERE expires_at < ${before} ORDER BY expires_at LIMIT ${limit})`)
}
