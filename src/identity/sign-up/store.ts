import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { Profile } from '../user.ts'

export type RegistrationRow = {
  readonly id: string
  readonly digest: Buffer
  readonly codeDigest: Buffer
  readonly codeUntil: Date
  readonly attempts: number
  readonly browser: Buffer | null
  readonly username: string
  readonly usernameKey: string
  readonly email: string
  readonly emailKey: string
  readonly passwordHash: string
  readonly profile: Profile
  readonly termsVersion: string | null
  readonly createdAt: Date
  readonly expiresAt: Date
}

/**
 * Reserves a username, or false when an account or another registration has it. The same browser may
 * repeat its own registration: a double click, a corrected password.
 */
export async function insertRegistration(tx: Tx, row: RegistrationRow): Promise<boolean> {
  const r = row
  const done = await tx.run(sql`
    INSERT INTO registrations AS waiting (id, digest, code_digest, code_until, browser, username, username_key,
      email, email_key, password_hash, profile, terms_version, created_at, expires_at)
    SELECT ${r.id}::uuid, ${r.digest}::bytea, ${r.codeDigest}::bytea, ${r.codeUntil}::timestamptz,
      ${r.browser}::bytea, ${r.username}::text, ${r.usernameKey}::text, ${r.email}::text, ${r.emailKey}::text,
      ${r.passwordHash}::text, ${JSON.stringify(r.profile)}::jsonb, ${r.termsVersion}::text,
      ${r.createdAt}::timestamptz, ${r.expiresAt}::timestamptz
    WHERE NOT EXISTS (SELECT 1 FROM users WHERE username_key = ${r.usernameKey})
    ON CONFLICT (username_key) DO UPDATE SET
      id = excluded.id, digest = excluded.digest, code_digest = excluded.code_digest,
      code_until = excluded.code_until, attempts = 0, browser = excluded.browser,
      username = excluded.username, email = excluded.email, email_key = excluded.email_key,
      password_hash = excluded.password_hash, profile = excluded.profile,
      terms_version = excluded.terms_version, created_at = excluded.created_at, expires_at = excluded.expires_at
    WHERE waiting.expires_at <= excluded.created_at
      OR (waiting.browser = excluded.browser AND waiting.email_key = excluded.email_key)`)
  return done > 0
}

export function selectRegistration(
  queries: Queries,
  digest: Buffer,
  now: Date,
): Promise<RegistrationRow | undefined> {
  return queries.maybe<RegistrationRow>(sql`
    SELECT id, digest, code_digest, code_until, attempts, browser, username, username_key, email, email_key,
      password_hash, profile, terms_version, created_at, expires_at
    FROM registrations WHERE digest = ${digest} AND expires_at > ${now}`)
}

/** What the letter needs to know: who it goes to, and whether that address has an account already. */
export function selectRegistrationAddressee(
  queries: Queries,
  id: string,
  now: Date,
): Promise<{ email: string; username: string; known: boolean } | undefined> {
  return queries.maybe(sql`
    SELECT email, username, EXISTS (SELECT 1 FROM users u WHERE u.email_key = r.email_key) AS known
    FROM registrations r WHERE id = ${id} AND expires_at > ${now}`)
}

/** Counts one try at a code or password; undefined when none is left. */
export function countRegistrationAttempt(
  tx: Queries,
  id: string,
  most: number,
  now: Date,
): Promise<RegistrationRow | undefined> {
  return tx.maybe<RegistrationRow>(sql`
    UPDATE registrations SET attempts = attempts + 1
    WHERE id = ${id} AND attempts < ${most} AND expires_at > ${now}
    RETURNING id, digest, code_digest, code_until, attempts, browser, username, username_key, email, email_key,
      password_hash, profile, terms_version, created_at, expires_at`)
}

/** Redeems a registration: of any number of parallel calls one is told true. */
export async function deleteRegistration(tx: Tx, id: string, digest: Buffer): Promise<boolean> {
  return (await tx.run(sql`DELETE FROM registrations WHERE id = ${id} AND digest = ${digest}`)) > 0
}

export function sweepRegistrations(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM registrations WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM registrations WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}

export type InvitationRow = {
  readonly id: string
  readonly digest: Buffer
  readonly email: string
  readonly emailKey: string
  readonly invitedBy: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

export async function insertInvitation(tx: Tx, row: InvitationRow): Promise<void> {
  const r = row
  await tx.run(sql`
    INSERT INTO invitations (id, digest, email, email_key, invited_by, created_at, expires_at)
    VALUES (${r.id}, ${r.digest}, ${r.email}, ${r.emailKey}, ${r.invitedBy}, ${r.createdAt}, ${r.expiresAt})`)
}

export function selectInvitation(
  queries: Queries,
  digest: Buffer,
  now: Date,
): Promise<InvitationRow | undefined> {
  return queries.maybe<InvitationRow>(sql`
    SELECT id, digest, email, email_key, invited_by, created_at, expires_at FROM invitations
    WHERE digest = ${digest} AND expires_at > ${now}`)
}

/** Redeems an invitation: of any number of parallel calls one is told true. */
export async function deleteInvitation(tx: Tx, digest: Buffer, now: Date): Promise<boolean> {
  const gone = await tx.run(
    sql`DELETE FROM invitations WHERE digest = ${digest} AND expires_at > ${now}`,
  )
  return gone > 0
}

/** Who is invited and has not come yet, newest first. */
export function selectInvitations(
  queries: Queries,
  now: Date,
  limit: number,
): Promise<InvitationRow[]> {
  return queries.many<InvitationRow>(sql`
    SELECT id, digest, email, email_key, invited_by, created_at, expires_at FROM invitations
    WHERE expires_at > ${now} ORDER BY id DESC LIMIT ${limit}`)
}

export async function deleteInvitationById(tx: Tx, id: string): Promise<boolean> {
  return (await tx.run(sql`DELETE FROM invitations WHERE id = ${id}`)) > 0
}

export async function emailHasAccount(queries: Queries, emailKey: string): Promise<boolean> {
  const row = await queries.maybe(sql`SELECT 1 AS found FROM users WHERE email_key = ${emailKey}`)
  return row !== undefined
}

export function sweepInvitations(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM invitations WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM invitations WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
