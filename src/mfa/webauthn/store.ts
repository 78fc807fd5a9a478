import type { UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'

export type StoredPasskey = {
  readonly id: string
  readonly userId: UserId
  readonly credentialId: Buffer
  /** COSE. */
  readonly publicKey: Buffer
  readonly signCount: number
  readonly name: string
  readonly transports: readonly string[]
  readonly aaguid: string
  readonly attestation: string
  readonly backupEligible: boolean
  readonly backedUp: boolean
  readonly userVerified: boolean
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
  readonly suspendedAt: Date | null
}

/** Oldest first. */
export function selectPasskeys(queries: Queries, userId: UserId): Promise<StoredPasskey[]> {
  return queries.many<StoredPasskey>(
    sql`SELECT * FROM mfa_passkeys WHERE user_id = ${userId} ORDER BY created_at, id`,
  )
}

export function selectByCredentialId(
  queries: Queries,
  credentialId: Buffer,
): Promise<StoredPasskey | undefined> {
  return queries.maybe<StoredPasskey>(
    sql`SELECT * FROM mfa_passkeys WHERE credential_id = ${credentialId}`,
  )
}

export async function countPasskeys(tx: Tx, userId: UserId): Promise<number> {
  const row = await tx.maybe<{ count: number }>(
    sql`SELECT count(*)::integer AS count FROM mfa_passkeys WHERE user_id = ${userId}`,
  )
  return row?.count ?? 0
}

export type NewPasskey = Omit<StoredPasskey, 'lastUsedAt' | 'suspendedAt'>

/** Zero rows: the credential is registered already, with whomever. */
export function insertPasskey(tx: Tx, row: NewPasskey): Promise<number> {
  const r = row
  return tx.run(sql`
    INSERT INTO mfa_passkeys (id, user_id, credential_id, public_key, sign_count, name, transports,
      aaguid, attestation, backup_eligible, backed_up, user_verified, created_at)
    VALUES (${r.id}, ${r.userId}, ${r.credentialId}, ${r.publicKey}, ${r.signCount}, ${r.name},
      ${r.transports}, ${r.aaguid}, ${r.attestation}, ${r.backupEligible}, ${r.backedUp},
      ${r.userVerified}, ${r.createdAt})
    ON CONFLICT (credential_id) DO NOTHING`)
}

type Use = {
  readonly id: string
  readonly signCount: number
  readonly backedUp: boolean
  readonly now: Date
}

/** Zero rows: the counter did not move on, or the passkey does not count any more. */
export function markUsed(tx: Tx, { id, signCount, backedUp, now }: Use): Promise<number> {
  return tx.run(sql`
    UPDATE mfa_passkeys SET sign_count = ${signCount}, backed_up = ${backedUp}, last_used_at = ${now}
    WHERE id = ${id} AND suspended_at IS NULL
      AND (sign_count < ${signCount} OR (sign_count = 0 AND ${signCount}::bigint = 0))`)
}

export function suspendPasskey(tx: Tx, id: string, now: Date): Promise<number> {
  return tx.run(
    sql`UPDATE mfa_passkeys SET suspended_at = ${now} WHERE id = ${id} AND suspended_at IS NULL`,
  )
}

export function deletePasskey(tx: Tx, userId: UserId, id: string): Promise<number> {
  return tx.run(sql`DELETE FROM mfa_passkeys WHERE user_id = ${userId} AND id = ${id}`)
}

export function deletePasskeys(tx: Tx, userId: UserId): Promise<number> {
  return tx.run(sql`DELETE FROM mfa_passkeys WHERE user_id = ${userId}`)
}

export function updateName(tx: Tx, userId: UserId, id: string, name: string): Promise<number> {
  return tx.run(
    sql`UPDATE mfa_passkeys SET name = ${name} WHERE user_id = ${userId} AND id = ${id}`,
  )
}

/** Zero rows: it was answered before. Of parallel answers one gets its row. */
export function redeemChallenge(
  tx: Tx,
  { digest, expiresAt }: { readonly digest: Buffer; readonly expiresAt: Date },
): Promise<number> {
  return tx.run(sql`
    INSERT INTO mfa_used_challenges (digest, expires_at) VALUES (${digest}, ${expiresAt})
    ON CONFLICT DO NOTHING`)
}

/** Forgets answered challenges that are too old to be answered again. */
export function sweepUsedChallenges(
  queries: Queries,
  before: Date,
  limit: number,
): Promise<number> {
  return queries.run(sql`
    DELETE FROM mfa_used_challenges WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM mfa_used_challenges WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
