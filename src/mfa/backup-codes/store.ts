import type { UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'

type NewSet = {
  readonly userId: UserId
  readonly setId: string
  readonly digests: readonly Buffer[]
  readonly now: Date
  readonly expiresAt: Date
}

/** Puts a new set in the place of the old one, whose codes are gone with it. */
export async function replaceBackupSet(tx: Tx, set: NewSet): Promise<void> {
  const { userId, setId, digests, now, expiresAt } = set
  await tx.run(sql`
    UPDATE mfa_accounts SET backup_set = ${setId}, backup_expires_at = ${expiresAt},
      backup_reminded = false, updated_at = ${now}
    WHERE user_id = ${userId}`)
  await deleteBackupCodes(tx, userId)
  await tx.run(sql`
    INSERT INTO mfa_backup_codes (user_id, set_id, digest)
    SELECT ${userId}::uuid, ${setId}::uuid, unnest(${digests}::bytea[])`)
}

export function deleteBackupCodes(tx: Tx, userId: UserId): Promise<number> {
  return tx.run(sql`DELETE FROM mfa_backup_codes WHERE user_id = ${userId}`)
}

export async function forgetBackupSet(tx: Tx, userId: UserId): Promise<void> {
  await tx.run(sql`
    UPDATE mfa_accounts SET backup_set = NULL, backup_expires_at = NULL, backup_reminded = false
    WHERE user_id = ${userId}`)
}

/** Holds the set of a person until the end of the transaction; undefined when there is none. */
export function holdBackupSet(tx: Tx, userId: UserId): Promise<{ setId: string } | undefined> {
  return tx.maybe<{ setId: string }>(sql`
    SELECT backup_set AS set_id FROM mfa_accounts
    WHERE user_id = ${userId} AND backup_set IS NOT NULL FOR UPDATE`)
}

type Use = {
  readonly userId: UserId
  readonly digest: Buffer
  readonly now: Date
  readonly ip: string | null
  readonly userAgent: string | null
}

/** One row for the first who brings a code of the current set, none for whoever comes after. */
export function takeBackupCode(tx: Tx, use: Use): Promise<number> {
  const { userId, digest, now, ip, userAgent } = use
  return tx.run(sql`
    UPDATE mfa_backup_codes b SET used_at = ${now}, used_ip = ${ip}, used_agent = ${userAgent}
    FROM mfa_accounts a
    WHERE a.user_id = b.user_id AND b.user_id = ${userId} AND b.digest = ${digest}
      AND b.set_id = a.backup_set AND a.backup_expires_at > ${now} AND b.used_at IS NULL`)
}

export function selectBackupCode(
  queries: Queries,
  userId: UserId,
  digest: Buffer,
): Promise<{ usedAt: Date | null } | undefined> {
  return queries.maybe<{ usedAt: Date | null }>(sql`
    SELECT used_at FROM mfa_backup_codes WHERE user_id = ${userId} AND digest = ${digest}`)
}

export type BackupRow = {
  readonly expiresAt: Date
  readonly usedAt: Date | null
  readonly ip: string | null
  readonly userAgent: string | null
}

/** The codes of the current set, the used ones first. */
export function selectBackupSet(queries: Queries, userId: UserId): Promise<BackupRow[]> {
  return queries.many<BackupRow>(sql`
    SELECT a.backup_expires_at AS expires_at, b.used_at, host(b.used_ip) AS ip, b.used_agent AS user_agent
    FROM mfa_accounts a JOIN mfa_backup_codes b ON b.user_id = a.user_id AND b.set_id = a.backup_set
    WHERE a.user_id = ${userId} ORDER BY b.used_at, b.digest`)
}

type Due = { readonly now: Date; readonly until: Date; readonly limit: number }
export type Expiring = { readonly userId: UserId; readonly expiresAt: Date }

/** Marks up to `limit` sets that expire soon as told of; a set is in one answer only, whoever asks. */
export function takeExpiringSets(tx: Tx, { now, until, limit }: Due): Promise<Expiring[]> {
  return tx.many<Expiring>(sql`
    UPDATE mfa_accounts SET backup_reminded = true
    WHERE user_id IN (
      SELECT a.user_id FROM mfa_accounts a
      WHERE a.backup_set IS NOT NULL AND NOT a.backup_reminded
        AND a.backup_expires_at > ${now} AND a.backup_expires_at <= ${until}
        AND EXISTS (SELECT 1 FROM mfa_backup_codes b
          WHERE b.user_id = a.user_id AND b.set_id = a.backup_set AND b.used_at IS NULL)
      ORDER BY a.backup_expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING user_id, backup_expires_at AS expires_at`)
}
