import type { ClientId, FamilyId, UserId } from '../base/index.ts'
import type { Queries, Tx } from '../db/index.ts'
import { sql } from '../db/index.ts'
import type { User } from '../identity/index.ts'
import type { StoredCode } from './code.ts'

export async function insertCode(
  queries: Queries,
  code: Omit<StoredCode, 'usedAt' | 'familyId'>,
): Promise<void> {
  await queries.run(sql`
    INSERT INTO authorization_codes (digest, client_id, user_id, session_id, grant_data, expires_at)
    VALUES (${code.digest}, ${code.clientId}, ${code.userId}, ${code.sessionId},
      ${JSON.stringify(code.grantData)}, ${code.expiresAt})`)
}

/** Locks the row: of any number of redeemers the second sees what the first has written. */
export function lockCode(tx: Tx, digest: Buffer): Promise<StoredCode | undefined> {
  return tx.maybe<StoredCode>(sql`
    SELECT digest, client_id, user_id, session_id, grant_data, expires_at, used_at, family_id
    FROM authorization_codes WHERE digest = ${digest} FOR UPDATE`)
}

export async function markCodeUsed(
  tx: Tx,
  digest: Buffer,
  familyId: FamilyId,
  now: Date,
): Promise<void> {
  await tx.run(sql`
    UPDATE authorization_codes SET used_at = ${now}, family_id = ${familyId}
    WHERE digest = ${digest} AND used_at IS NULL`)
}

/** Used codes are kept a while longer than they could be redeemed, so that a replay is recognised. */
export function sweepCodes(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM authorization_codes WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM authorization_codes WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}

/** Ends codes that were not redeemed yet: all of a user, or those for one client. */
export function deleteOpenCodes(
  tx: Tx,
  userId: UserId,
  clientId: ClientId | undefined,
): Promise<number> {
  return tx.run(sql`
    DELETE FROM authorization_codes WHERE user_id = ${userId} AND used_at IS NULL
      AND (${clientId ?? null}::text IS NULL OR client_id = ${clientId ?? null}::text)`)
}

export function deleteClientCodes(tx: Tx, clientId: ClientId): Promise<number> {
  return tx.run(
    sql`DELETE FROM authorization_codes WHERE client_id = ${clientId} AND used_at IS NULL`,
  )
}

/** What an application may do for a person, and what it does with it. */
export type Application = {
  readonly clientId: ClientId
  readonly name: string
  readonly uri: string | null
  /** Where it begins a sign-in (OIDC Core section 4). */
  readonly initiateUri: string | null
  readonly isActive: boolean
  readonly scopes: readonly string[]
  /** Registered resources (RFC 8707) that it may use them at. */
  readonly resources: readonly string[]
  /** When the person allowed it; null for an application that need not ask. */
  readonly grantedAt: Date | null
  /** Living grants. */
  readonly grants: number
  /** Whether one of them goes on while the person is away. */
  readonly offline: boolean
  readonly lastUsedAt: Date | null
}

/**
 * The applications that a person allowed something, or that hold something of theirs, by client_id. This read
 * model joins the tables of clients and session on purpose; nothing here writes them.
 */
export function selectApplications(
  queries: Queries,
  userId: UserId,
  { now, after, limit }: { readonly now: Date; readonly after: string; readonly limit: number },
): Promise<Application[]> {
  return queries.many<Application>(sql`
    WITH living AS (
      SELECT client_id, scopes, resources, offline, rotated_at FROM token_families
      WHERE user_id = ${userId} AND kind = 'oauth' AND revoked_at IS NULL AND expires_at > ${now}
    ), held AS (
      SELECT client_id, count(*)::integer AS grants, bool_or(offline) AS offline, max(rotated_at) AS used_at
      FROM living GROUP BY client_id
    )
    SELECT c.client_id, c.name, c.metadata ->> 'client_uri' AS uri,
      c.metadata ->> 'initiate_login_uri' AS initiate_uri, c.is_active, k.granted_at,
      ARRAY(SELECT unnest(k.scopes) UNION SELECT unnest(l.scopes) FROM living l
        WHERE l.client_id = c.client_id ORDER BY 1) AS scopes,
      ARRAY(SELECT unnest(k.resources) UNION SELECT unnest(l.resources) FROM living l
        WHERE l.client_id = c.client_id ORDER BY 1) AS resources,
      coalesce(h.grants, 0) AS grants, coalesce(h.offline, false) AS offline, h.used_at AS last_used_at
    FROM (SELECT client_id FROM consents WHERE user_id = ${userId} UNION SELECT client_id FROM held) a
      JOIN clients c ON c.client_id = a.client_id
      LEFT JOIN consents k ON k.user_id = ${userId} AND k.client_id = a.client_id
      LEFT JOIN held h ON h.client_id = a.client_id
    WHERE a.client_id > ${after} ORDER BY a.client_id LIMIT ${limit}`)
}

export async function insertRevokedToken(
  queries: Queries,
  jti: string,
  expiresAt: Date,
): Promise<void> {
  await queries.run(sql`
    INSERT INTO revoked_access_tokens (jti, expires_at) VALUES (${jti}, ${expiresAt})
    ON CONFLICT (jti) DO NOTHING`)
}

export function sweepRevokedTokens(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM revoked_access_tokens WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM revoked_access_tokens WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}

/** Those of these tokens that were taken back. */
export function selectRevoked(
  queries: Queries,
  jtis: readonly string[],
): Promise<{ readonly jti: string }[]> {
  return queries.many<{ readonly jti: string }>(
    sql`SELECT jti FROM revoked_access_tokens WHERE jti = ANY(${jtis})`,
  )
}

/**
 * The state behind access tokens of people, in the one statement that the round-trip budget allows.
 * This read model joins the tables of session and identity on purpose; nothing here writes them.
 */
export type TokenSubject = User & {
  readonly familyRevokedAt: Date | null
  /** The client that the grant was given to, which may be another one than has the token (RFC 8693). */
  readonly grantClient: string | null
  /** What the client itself asked for, and not whose token it exchanged. */
  readonly claims: unknown
  readonly tokenRevoked: boolean
}

export type GrantedToken = {
  readonly jti: string
  readonly grantId: FamilyId
  readonly clientId: string
}

export function readTokenSubjects(
  queries: Queries,
  tokens: readonly GrantedToken[],
): Promise<(TokenSubject & { readonly jti: string })[]> {
  const [jtis, grants, clients] = (['jti', 'grantId', 'clientId'] as const).map((name) =>
    tokens.map((token) => token[name]),
  )
  return queries.many<TokenSubject & { readonly jti: string }>(sql`
    SELECT t.jti, u.id, u.username, u.email, u.email_verified, u.is_active, u.profile, u.version, u.created_at,
      u.updated_at, f.revoked_at AS family_revoked_at,
      f.client_id AS grant_client, CASE WHEN f.client_id = t.client_id THEN f.claims END AS claims,
      EXISTS (SELECT 1 FROM revoked_access_tokens r WHERE r.jti = t.jti) AS token_revoked
    FROM unnest(${jtis}::text[], ${grants}::uuid[], ${clients}::text[]) AS t (jti, grant_id, client_id)
      JOIN token_families f ON f.id = t.grant_id JOIN users u ON u.id = f.user_id`)
}

/** The same of a token that belongs to no grant: it ends with its time, or with its person. */
export function readSubjectOfUser(
  queries: Queries,
  token: { readonly jti: string; readonly userId: UserId },
): Promise<TokenSubject | undefined> {
  return queries.maybe<TokenSubject>(sql`
    SELECT u.id, u.username, u.email, u.email_verified, u.is_active, u.profile, u.version, u.created_at,
      u.updated_at, NULL AS family_revoked_at, NULL AS grant_client, NULL AS claims,
      EXISTS (SELECT 1 FROM revoked_access_tokens r WHERE r.jti = ${token.jti}) AS token_revoked
    FROM users u WHERE u.id = ${token.userId}`)
}
