import type { ClientId, FamilyId, UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { AccessToken } from '../access-token.ts'
import type { TokenSubject } from '../store.ts'

export async function insertOpaqueToken(
  queries: Queries,
  digest: Buffer,
  token: AccessToken,
  userId: UserId | undefined,
): Promise<void> {
  await queries.run(sql`
    INSERT INTO opaque_tokens (digest, client_id, user_id, grant_id, token, expires_at)
    VALUES (${digest}, ${token.clientId}, ${userId ?? null}, ${token.grantId ?? null},
      ${JSON.stringify(token)}, ${new Date(token.expiresAt * 1000)})`)
}

export type OpaqueToken = {
  readonly token: AccessToken
  readonly userId: UserId | null
  readonly grantId: FamilyId | null
  /** The grant as it is now; null when it is gone, or there never was one. */
  readonly familyId: FamilyId | null
} & Omit<TokenSubject, 'tokenRevoked'>

/**
 * Tokens with the person and the grant behind each, in one statement. This read model joins the tables of
 * session and identity on purpose; nothing here writes them.
 */
export function findOpaqueTokens(
  queries: Queries,
  digests: readonly Buffer[],
): Promise<(OpaqueToken & { readonly digest: Buffer })[]> {
  return queries.many(sql`
    SELECT o.digest, o.token, o.user_id, o.grant_id, f.id AS family_id, f.revoked_at AS family_revoked_at,
      f.client_id AS grant_client, CASE WHEN f.client_id = o.client_id THEN f.claims END AS claims,
      u.id, u.username, u.email, u.email_verified, u.is_active, u.profile, u.version, u.created_at,
      u.updated_at
    FROM opaque_tokens o LEFT JOIN users u ON u.id = o.user_id
      LEFT JOIN token_families f ON f.id = o.grant_id
    WHERE o.digest = ANY(${digests}::bytea[])`)
}

export async function opaqueClient(
  queries: Queries,
  digest: Buffer,
): Promise<ClientId | undefined> {
  const row = await queries.maybe<{ clientId: ClientId }>(
    sql`SELECT client_id FROM opaque_tokens WHERE digest = ${digest}`,
  )
  return row?.clientId
}

export function deleteOpaqueToken(queries: Queries, digest: Buffer): Promise<number> {
  return queries.run(sql`DELETE FROM opaque_tokens WHERE digest = ${digest}`)
}

/** Ends those that a client was given for itself or without a grant that could be ended. */
export function deleteClientOpaqueTokens(tx: Tx, clientId: ClientId): Promise<number> {
  return tx.run(sql`DELETE FROM opaque_tokens WHERE client_id = ${clientId} AND grant_id IS NULL`)
}

export function sweepOpaqueTokens(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM opaque_tokens WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM opaque_tokens WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
