import type { UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { ActionPurpose, ActionToken } from './action-token.ts'

type ActionTokenRow = ActionToken & {
  readonly digest: Buffer
  readonly purpose: ActionPurpose
  readonly codeDigest: Buffer | null
  readonly codeUntil: Date | null
  readonly createdAt: Date
  readonly expiresAt: Date
}

export async function insertActionToken(tx: Tx, row: ActionTokenRow): Promise<void> {
  const r = row
  await tx.run(sql`
    INSERT INTO action_tokens (id, digest, purpose, user_id, email, code_digest, code_until, created_at, expires_at)
    VALUES (${r.id}, ${r.digest}, ${r.purpose}, ${r.userId}, ${r.email}, ${r.codeDigest}, ${r.codeUntil},
      ${r.createdAt}, ${r.expiresAt})`)
}

export function selectActionToken(
  queries: Queries,
  purpose: ActionPurpose,
  digest: Buffer,
  now: Date,
): Promise<ActionToken | undefined> {
  return queries.maybe<ActionToken>(sql`
    SELECT id, user_id, email FROM action_tokens
    WHERE digest = ${digest} AND purpose = ${purpose} AND expires_at > ${now}`)
}

export function deleteActionToken(
  tx: Tx,
  purpose: ActionPurpose,
  digest: Buffer,
  now: Date,
): Promise<ActionToken | undefined> {
  return tx.maybe<ActionToken>(sql`
    DELETE FROM action_tokens
    WHERE digest = ${digest} AND purpose = ${purpose} AND expires_at > ${now}
    RETURNING id, user_id, email`)
}

export function deleteActionTokenById(tx: Tx, id: string): Promise<ActionToken | undefined> {
  return tx.maybe<ActionToken>(
    sql`DELETE FROM action_tokens WHERE id = ${id} RETURNING id, user_id, email`,
  )
}

/** Whatever was asked for before must not be used after a change that answers it. */
export async function deleteUserTokens(
  tx: Tx,
  userId: UserId,
  purpose: ActionPurpose,
): Promise<void> {
  await tx.run(sql`DELETE FROM action_tokens WHERE user_id = ${userId} AND purpose = ${purpose}`)
}

/** Counts one try at the newest code; undefined when no try is left or the code has expired. */
export function countCodeAttempt(
  tx: Tx,
  of: { readonly userId: UserId; readonly purpose: ActionPurpose },
  most: number,
  now: Date,
): Promise<{ id: string; codeDigest: Buffer } | undefined> {
  return tx.maybe<{ id: string; codeDigest: Buffer }>(sql`
    UPDATE action_tokens SET attempts = attempts + 1
    WHERE id = (SELECT id FROM action_tokens WHERE user_id = ${of.userId} AND purpose = ${of.purpose}
        ORDER BY id DESC LIMIT 1)
      AND attempts < ${most} AND code_until > ${now} AND expires_at > ${now}
    RETURNING id, code_digest`)
}

export function sweepActionTokens(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM action_tokens WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM action_tokens WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
