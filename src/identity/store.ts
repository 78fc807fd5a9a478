import type { UserId } from '../base/index.ts'
import { comparisonKey } from '../base/index.ts'
import type { Queries } from '../db/index.ts'
import { sql } from '../db/index.ts'
import type { Deactivator, User } from './user.ts'

/** A user as the table has it, the hash included; it does not leave this module. */
export type UserRow = Omit<User, 'lifecycle' | 'terms'> & {
  readonly passwordHash: string | null
  readonly deactivatedBy: Deactivator | null
  readonly deleteAfter: Date | null
  readonly termsVersion: string | null
  readonly termsAcceptedAt: Date | null
}

/** The same without the hash. */
export type UserRecord = Omit<UserRow, 'passwordHash'>

export async function insertUser(tx: Queries, user: UserRow): Promise<void> {
  const u = user
  await tx.run(sql`
    INSERT INTO users (id, username, username_key, email, email_key, email_verified, password_hash,
      is_active, profile, version, password_changed_at, terms_version, terms_accepted_at, created_at, updated_at)
    VALUES (${u.id}, ${u.username}, ${comparisonKey(u.username)}, ${u.email},
      ${u.email === null ? null : comparisonKey(u.email)}, ${u.emailVerified}, ${u.passwordHash},
      ${u.isActive}, ${JSON.stringify(u.profile)}, ${u.version}, ${u.passwordChangedAt}, ${u.termsVersion},
      ${u.termsAcceptedAt}, ${u.createdAt}, ${u.updatedAt})`)
}

export function selectUser(queries: Queries, id: UserId): Promise<UserRow | undefined> {
  return queries.maybe<UserRow>(sql`
    SELECT id, username, email, email_verified, password_hash, is_active, deactivated_by, delete_after,
      password_changed_at, terms_version, terms_accepted_at, profile, version, created_at, updated_at
    FROM users WHERE id = ${id}`)
}

/** Holds the row until the transaction ends: what follows is decided on what was read. */
export function lockUser(tx: Queries, id: UserId): Promise<UserRow | undefined> {
  return tx.maybe<UserRow>(sql`
    SELECT id, username, email, email_verified, password_hash, is_active, deactivated_by, delete_after,
      password_changed_at, terms_version, terms_accepted_at, profile, version, created_at, updated_at
    FROM users WHERE id = ${id} FOR UPDATE`)
}

export function selectUserByUsername(queries: Queries, key: string): Promise<UserRow | undefined> {
  return queries.maybe<UserRow>(sql`
    SELECT id, username, email, email_verified, password_hash, is_active, deactivated_by, delete_after,
      password_changed_at, terms_version, terms_accepted_at, profile, version, created_at, updated_at
    FROM users WHERE username_key = ${key}`)
}

export function selectUserByEmail(queries: Queries, key: string): Promise<UserRow | undefined> {
  return queries.maybe<UserRow>(sql`
    SELECT id, username, email, email_verified, password_hash, is_active, deactivated_by, delete_after,
      password_changed_at, terms_version, terms_accepted_at, profile, version, created_at, updated_at
    FROM users WHERE email_key = ${key}`)
}

/** Guarded by the version: a password changed meanwhile stays. The same password is no new version. */
export async function saveRehash(tx: Queries, user: User, hash: string): Promise<boolean> {
  const saved = await tx.run(sql`
    UPDATE users SET password_hash = ${hash} WHERE id = ${user.id} AND version = ${user.version}`)
  return saved > 0
}

export async function updatePassword(
  tx: Queries,
  id: UserId,
  hash: string,
  at: Date,
): Promise<void> {
  await tx.run(sql`
    UPDATE users SET password_hash = ${hash}, password_changed_at = ${at}, version = version + 1, updated_at = ${at}
    WHERE id = ${id}`)
}

export async function markEmailVerified(tx: Queries, id: UserId, at: Date): Promise<void> {
  await tx.run(sql`
    UPDATE users SET email_verified = true, version = version + 1, updated_at = ${at}
    WHERE id = ${id} AND NOT email_verified`)
}

/** Writes what an edit may change; the row comes from `lockUser`, with its new version. */
export async function updateAccount(tx: Queries, user: UserRow): Promise<void> {
  const u = user
  await tx.run(sql`
    UPDATE users SET username = ${u.username}, username_key = ${comparisonKey(u.username)}, email = ${u.email},
      email_key = ${u.email === null ? null : comparisonKey(u.email)}, email_verified = ${u.emailVerified},
      profile = ${JSON.stringify(u.profile)}, version = ${u.version}, updated_at = ${u.updatedAt}
    WHERE id = ${u.id}`)
}

export async function insertSetupToken(
  tx: Queries,
  digest: Buffer,
  expiresAt: Date,
): Promise<void> {
  await tx.run(sql`INSERT INTO setup_tokens (digest, expires_at) VALUES (${digest}, ${expiresAt})`)
}

export async function hasSetupToken(queries: Queries, digest: Buffer, at: Date): Promise<boolean> {
  const row = await queries.maybe(
    sql`SELECT 1 AS found FROM setup_tokens WHERE digest = ${digest} AND expires_at > ${at}`,
  )
  return row !== undefined
}

/** Serialises the making of first administrators, on all nodes, until the transaction ends. */
export async function lockSetup(tx: Queries): Promise<void> {
  await tx.many(sql`SELECT pg_advisory_xact_lock(hashtextextended('cardea.setup', 0))`)
}

export function deleteSetupToken(tx: Queries, digest: Buffer, at: Date): Promise<number> {
  return tx.run(sql`DELETE FROM setup_tokens WHERE digest = ${digest} AND expires_at > ${at}`)
}

export async function deleteAllSetupTokens(tx: Queries): Promise<void> {
  await tx.run(sql`DELETE FROM setup_tokens`)
}

export function sweepSetupTokens(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM setup_tokens WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM setup_tokens WHERE expires_at <= ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
