import type { ClientId, FamilyId, SessionId, UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { Assurance } from '../../mfa/index.ts'
import type { Family, FamilyInSession } from './family.ts'

/**
 * Inserts a family only while its session lives. The share lock makes a sign-out at the same moment wait
 * for this or be seen by it, so nothing is granted that a sign-out would miss. Zero rows: it had ended. What
 * was granted without a session hangs on none. The client is noted as one that knows the session.
 */
export function insertFamily(tx: Tx, family: Family): Promise<number> {
  const f = family
  return tx.run(sql`
    WITH live AS (SELECT id FROM sessions WHERE id = ${f.sessionId} AND ended_at IS NULL FOR SHARE),
    noted AS (
      INSERT INTO session_clients (session_id, client_id, sid)
      SELECT id, ${f.clientId}::text, id FROM live WHERE ${f.clientId}::text IS NOT NULL
      ON CONFLICT DO NOTHING)
    INSERT INTO token_families (id, kind, user_id, client_id, session_id, scopes, claims, offline, seed,
      generation, auth_time, amr, acr, created_at, rotated_at, expires_at, binding, resources, details)
    SELECT ${f.id}::uuid, ${f.kind}::text, ${f.userId}::uuid, ${f.clientId}::text, ${f.sessionId}::uuid,
      ${f.scopes}::text[], ${jsonOf(f.claims)}::jsonb, ${f.offline}::boolean, ${f.seed}::bytea,
      ${f.generation}::integer, ${f.authTime}::timestamptz, ${f.amr}::text[], ${f.acr}::text,
      ${f.createdAt}::timestamptz, ${f.rotatedAt}::timestamptz, ${f.expiresAt}::timestamptz,
      ${jsonOf(f.binding)}::jsonb, ${f.resources}::text[], ${jsonOf(f.details)}::jsonb
    WHERE ${f.sessionId}::uuid IS NULL OR EXISTS (SELECT FROM live)`)
}

function jsonOf(value: unknown): string | null {
  return value == null ? null : JSON.stringify(value)
}

/** With the state of its session, which is read and not locked: who ends it revokes the family too. */
export function lockFamily(tx: Tx, id: FamilyId): Promise<FamilyInSession | undefined> {
  return tx.maybe<FamilyInSession>(sql`
    SELECT f.id, f.kind, f.user_id, f.client_id, f.session_id, f.scopes, f.claims, f.offline, f.seed,
      f.generation, f.auth_time, f.amr, f.acr, f.created_at, f.rotated_at, f.expires_at, f.revoked_at,
      f.binding, f.resources, f.details, s.ended_at AS session_ended_at, s.last_seen_at AS session_seen_at,
      s.exemption AS session_exemption
    FROM token_families f LEFT JOIN sessions s ON s.id = f.session_id
    WHERE f.id = ${id} FOR UPDATE OF f`)
}

export function readFamily(queries: Queries, id: FamilyId): Promise<FamilyInSession | undefined> {
  return queries.maybe<FamilyInSession>(sql`
    SELECT f.id, f.kind, f.user_id, f.client_id, f.session_id, f.scopes, f.claims, f.offline, f.seed,
      f.generation, f.auth_time, f.amr, f.acr, f.created_at, f.rotated_at, f.expires_at, f.revoked_at,
      f.binding, f.resources, f.details, s.ended_at AS session_ended_at, s.last_seen_at AS session_seen_at,
      s.exemption AS session_exemption
    FROM token_families f LEFT JOIN sessions s ON s.id = f.session_id
    WHERE f.id = ${id}`)
}

/** Guarded by the generation that was read, although the row lock already serialises. */
export function advanceGeneration(tx: Tx, id: FamilyId, from: number, now: Date): Promise<number> {
  return tx.run(sql`
    UPDATE token_families SET generation = ${from} + 1, rotated_at = ${now}
    WHERE id = ${id} AND generation = ${from} AND revoked_at IS NULL`)
}

/** A use that changes nothing but when the token idles out. */
export function noteFamilyUse(tx: Tx, id: FamilyId, now: Date): Promise<number> {
  return tx.run(sql`
    UPDATE token_families SET rotated_at = ${now} WHERE id = ${id} AND revoked_at IS NULL`)
}

export function revokeFamily(queries: Queries, id: FamilyId, now: Date): Promise<number> {
  return queries.run(
    sql`UPDATE token_families SET revoked_at = ${now} WHERE id = ${id} AND revoked_at IS NULL`,
  )
}

export function revokeSessionFamilies(tx: Tx, id: SessionId, now: Date): Promise<number> {
  return tx.run(sql`
    UPDATE token_families SET revoked_at = ${now}
    WHERE session_id = ${id} AND NOT offline AND revoked_at IS NULL`)
}

/** All of a user's, those with offline_access or without a session included, except what hangs on one session. */
export function revokeUserFamilies(
  tx: Tx,
  userId: UserId,
  now: Date,
  except: SessionId | null,
): Promise<number> {
  return tx.run(sql`
    UPDATE token_families SET revoked_at = ${now}
    WHERE user_id = ${userId} AND revoked_at IS NULL
      AND (${except}::uuid IS NULL OR session_id IS DISTINCT FROM ${except}::uuid)`)
}

/** How many names of a session each client is told of at its end; a name comes with each sign-in in its place. */
const mostNames = 20

/**
 * Refresh families that were bound to one session follow it to the next, and so do the clients that know it. Of
 * the names of somebody who signs in again and again for years only the newest go on; the others stay with the
 * session that ended, and go with it.
 */
export function moveFamilies(tx: Tx, from: SessionId, to: SessionId): Promise<number> {
  return tx.run(sql`
    WITH known AS (
      UPDATE session_clients SET session_id = ${to}
      WHERE session_id = ${from} AND (client_id, sid) IN (
        SELECT client_id, sid FROM (
          SELECT client_id, sid, row_number() OVER (PARTITION BY client_id ORDER BY sid DESC) AS place
          FROM session_clients WHERE session_id = ${from}
        ) AS names WHERE place <= ${mostNames}))
    UPDATE token_families SET session_id = ${to} WHERE session_id = ${from} AND revoked_at IS NULL`)
}

/** The first-party tokens of a session tell when the person last proved who they are. */
export function renewFamilyProof(
  tx: Tx,
  sessionId: SessionId,
  { acr, amr, authTime }: Assurance,
): Promise<number> {
  return tx.run(sql`
    UPDATE token_families SET auth_time = ${new Date(authTime)}, acr = ${acr}, amr = ${amr}
    WHERE session_id = ${sessionId} AND kind = 'api' AND revoked_at IS NULL`)
}

/** A revoked family is kept until it would have expired, so that replays are still recognised. */
export function sweepFamilies(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM token_families WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM token_families WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}

/** A grant as people who look after it see it. */
export type GrantRow = {
  readonly id: FamilyId
  readonly kind: Family['kind']
  readonly userId: UserId
  readonly clientId: ClientId | null
  readonly sessionId: SessionId | null
  readonly scopes: readonly string[]
  readonly offline: boolean
  readonly createdAt: Date
  readonly rotatedAt: Date
  readonly expiresAt: Date
}

type GrantPage = {
  readonly now: Date
  /** The last one of the page before. */
  readonly after: string | undefined
  readonly limit: number
}

const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** What lives of a user's grants, the youngest first. */
export function selectUserGrants(
  queries: Queries,
  userId: UserId,
  { now, after = last, limit }: GrantPage,
): Promise<GrantRow[]> {
  return queries.many<GrantRow>(sql`
    SELECT id, kind, user_id, client_id, session_id, scopes, offline, created_at, rotated_at, expires_at
    FROM token_families
    WHERE user_id = ${userId} AND id < ${after}::uuid AND revoked_at IS NULL AND expires_at > ${now}
    ORDER BY id DESC LIMIT ${limit}`)
}

/** What lives of the grants to a client, the youngest first. */
export function selectClientGrants(
  queries: Queries,
  clientId: ClientId,
  { now, after = last, limit }: GrantPage,
): Promise<GrantRow[]> {
  return queries.many<GrantRow>(sql`
    SELECT id, kind, user_id, client_id, session_id, scopes, offline, created_at, rotated_at, expires_at
    FROM token_families
    WHERE client_id = ${clientId} AND id < ${after}::uuid AND revoked_at IS NULL AND expires_at > ${now}
    ORDER BY id DESC LIMIT ${limit}`)
}

/** Ends one grant, but only one of this user or to this client; undefined when there is none. */
export function revokeGrant(
  tx: Tx,
  id: FamilyId,
  { userId, clientId }: { readonly userId?: UserId; readonly clientId?: ClientId },
  now: Date,
): Promise<{ userId: UserId; clientId: ClientId | null } | undefined> {
  return tx.maybe<{ userId: UserId; clientId: ClientId | null }>(sql`
    UPDATE token_families SET revoked_at = ${now}
    WHERE id = ${id} AND revoked_at IS NULL AND expires_at > ${now}
      AND (user_id = ${userId ?? null}::uuid OR client_id = ${clientId ?? null}::text)
    RETURNING user_id, client_id`)
}

/** Ends all that a user gave to a client. */
export function revokeClientFamilies(
  tx: Tx,
  { userId, clientId }: { readonly userId: UserId; readonly clientId: ClientId },
  now: Date,
): Promise<number> {
  return tx.run(sql`
    UPDATE token_families SET revoked_at = ${now}
    WHERE user_id = ${userId} AND client_id = ${clientId} AND revoked_at IS NULL`)
}

/** Ends all that a user gave to applications; the sessions of our own API stay. */
export function revokeOauthFamilies(tx: Tx, userId: UserId, now: Date): Promise<number> {
  return tx.run(sql`
    UPDATE token_families SET revoked_at = ${now}
    WHERE user_id = ${userId} AND kind = 'oauth' AND revoked_at IS NULL`)
}

/** Whether a client was given at least so much, living or not. */
export async function hasFamilies(
  queries: Queries,
  clientId: ClientId,
  least: number,
): Promise<boolean> {
  const row = await queries.maybe(sql`
    SELECT 1 FROM token_families WHERE client_id = ${clientId} ORDER BY id OFFSET ${least - 1} LIMIT 1`)
  return row !== undefined
}

/** Deletes up to `limit` of all that was given to a client, living or not. */
export function deleteClientFamilies(
  queries: Queries,
  clientId: ClientId,
  limit: number,
): Promise<number> {
  return queries.run(sql`
    DELETE FROM token_families WHERE id IN
      (SELECT id FROM token_families WHERE client_id = ${clientId} ORDER BY id LIMIT ${limit})`)
}

type Part = {
  /** The end of the part before. */
  readonly after: string | undefined
  readonly limit: number
  readonly now: Date
}

/** Ends part of all that was given to a client; tells how many that were and where the next part begins. */
export async function revokeFamiliesOf(
  tx: Tx,
  clientId: ClientId,
  { after = '00000000-0000-0000-0000-000000000000', limit, now }: Part,
): Promise<{ readonly seen: number; readonly ended: number; readonly end: string | null }> {
  const row = await tx.maybe<{ seen: number; ended: number; end: string | null }>(sql`
    WITH part AS (
      SELECT id FROM token_families WHERE client_id = ${clientId} AND id > ${after}::uuid
      ORDER BY id LIMIT ${limit}
    ), ended AS (
      UPDATE token_families SET revoked_at = ${now}
      WHERE id IN (SELECT id FROM part) AND revoked_at IS NULL RETURNING 1
    )
    SELECT (SELECT count(*)::integer FROM part) AS seen, (SELECT count(*)::integer FROM ended) AS ended,
      (SELECT id FROM part ORDER BY id DESC LIMIT 1)::text AS "end"`)
  return row ?? { seen: 0, ended: 0, end: null }
}
