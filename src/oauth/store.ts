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
    DELETE FROM authorization_codes WHERE digest IN
      (SELECT digest FROM authorization_codes WHERE expires_at < ${before} ORDER BY expires_at LIMIT ${limit})`)
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
    DELETE FROM revoked_access_tokens WHERE jti IN
      (SELECT jti FROM revoked_access_tokens WHERE expires_at < ${before} ORDER BY expires_at LIMIT ${limit})`)
}

export async function isRevoked(queries: Queries, jti: string): Promise<boolean> {
  const row = await queries.maybe(sql`SELECT 1 FROM revoked_access_tokens WHERE jti = ${jti}`)
  return row !== undefined
}

/**
 * The state behind an access token of a person, in the one statement that the round-trip budget allows.
 * This read model joins the tables of session and identity on purpose; nothing here writes them.
 */
export type TokenSubject = User & {
  readonly familyRevokedAt: Date | null
  readonly familyExpiresAt: Date
  readonly claims: unknown
  readonly clientId: ClientId | null
  readonly tokenRevoked: boolean
}

export function readTokenSubject(
  queries: Queries,
  token: { readonly jti: string; readonly grantId: FamilyId; readonly subject: UserId },
): Promise<TokenSubject | undefined> {
  return queries.maybe<TokenSubject>(sql`
    SELECT u.id, u.username, u.email, u.email_verified, u.is_active, u.profile, u.version, u.created_at,
      u.updated_at, f.revoked_at AS family_revoked_at, f.expires_at AS family_expires_at, f.claims,
      f.client_id, EXISTS (SELECT 1 FROM revoked_access_tokens r WHERE r.jti = ${token.jti}) AS token_revoked
    FROM token_families f JOIN users u ON u.id = f.user_id
    WHERE f.id = ${token.grantId} AND f.user_id = ${token.subject}`)
}
