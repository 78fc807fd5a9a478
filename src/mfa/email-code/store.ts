import type { UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'

/** What a code was sent for: to whom, in which journey, at which address. */
export type Sending = {
  readonly userId: UserId
  /** Digest of the journey. */
  readonly binding: Buffer
  readonly email: string
}

export async function wasSentSince(
  queries: Queries,
  { userId, binding, email }: Sending,
  since: Date,
): Promise<boolean> {
  const found = await queries.maybe(sql`
    SELECT 1 FROM mfa_email_codes
    WHERE user_id = ${userId} AND binding = ${binding} AND email = ${email} AND created_at > ${since}`)
  return found !== undefined
}

/** Makes room for a new code: the one of the same journey goes, and of the others all but the newest `keep`. */
export async function deleteOlderCodes(
  tx: Tx,
  { userId, binding }: Sending,
  keep: number,
): Promise<void> {
  await tx.run(sql`
    DELETE FROM mfa_email_codes
    WHERE user_id = ${userId} AND (binding = ${binding} OR id IN
      (SELECT id FROM mfa_email_codes WHERE user_id = ${userId} AND binding <> ${binding}
       ORDER BY created_at DESC, id DESC OFFSET ${keep}))`)
}

type NewCode = Sending & {
  readonly id: string
  readonly digest: Buffer
  readonly createdAt: Date
  readonly expiresAt: Date
}

export async function insertEmailCode(tx: Tx, code: NewCode): Promise<void> {
  const { id, userId, binding, email, digest, createdAt, expiresAt } = code
  await tx.run(sql`
    INSERT INTO mfa_email_codes (id, user_id, binding, email, digest, created_at, expires_at)
    VALUES (${id}, ${userId}, ${binding}, ${email}, ${digest}, ${createdAt}, ${expiresAt})`)
}

export type TriedCode = {
  readonly id: string
  readonly digest: Buffer
  readonly expiresAt: Date
}

/** Counts one try at the code of a journey; undefined when there is none or no try is left. */
export function countEmailAttempt(
  queries: Queries,
  { userId, binding, email }: Sending,
  most: number,
): Promise<TriedCode | undefined> {
  return queries.maybe<TriedCode>(sql`
    UPDATE mfa_email_codes SET attempts = attempts + 1
    WHERE user_id = ${userId} AND binding = ${binding} AND email = ${email} AND attempts < ${most}
    RETURNING id, digest, expires_at`)
}

/** One row for the first who asks, none for whoever comes after. */
export function takeEmailCode(queries: Queries, id: string): Promise<number> {
  return queries.run(sql`DELETE FROM mfa_email_codes WHERE id = ${id}`)
}

export function deleteEmailCodes(tx: Tx, userId: UserId): Promise<number> {
  return tx.run(sql`DELETE FROM mfa_email_codes WHERE user_id = ${userId}`)
}

/** Since when somebody uses mailed codes; undefined for who does not. */
export async function selectEmailCodeSince(
  queries: Queries,
  userId: UserId,
): Promise<Date | undefined> {
  const row = await queries.maybe<{ since: Date }>(sql`
    SELECT email_code_since AS since FROM mfa_accounts
    WHERE user_id = ${userId} AND email_code_since IS NOT NULL`)
  return row?.since
}

/** Zero rows: it is set up already. */
export function startEmailCode(tx: Tx, userId: UserId, now: Date): Promise<number> {
  return tx.run(sql`
    UPDATE mfa_accounts SET email_code_since = ${now}, updated_at = ${now}
    WHERE user_id = ${userId} AND email_code_since IS NULL`)
}

export function stopEmailCode(tx: Tx, userId: UserId): Promise<number> {
  return tx.run(sql`
    UPDATE mfa_accounts SET email_code_since = NULL
    WHERE user_id = ${userId} AND email_code_since IS NOT NULL`)
}

/** Deletes up to `limit` codes that expired before a moment. */
export function sweepEmailCodes(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM mfa_email_codes WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM mfa_email_codes WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
