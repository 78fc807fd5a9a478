import type { UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'

export type SealedTotp = { readonly id: string; readonly sealedSecret: string }

export type PendingTotp = SealedTotp & {
  readonly userId: UserId
  readonly name: string
  readonly createdAt: Date
  readonly pendingUntil: Date
}

export type ShownTotp = {
  readonly id: string
  readonly name: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

export async function insertPendingTotp(tx: Tx, row: PendingTotp): Promise<void> {
  const { id, userId, name, sealedSecret, createdAt, pendingUntil } = row
  await tx.run(sql`
    INSERT INTO mfa_totp (id, user_id, name, sealed_secret, created_at, pending_until)
    VALUES (${id}, ${userId}, ${name}, ${sealedSecret}, ${createdAt}, ${pendingUntil})`)
}

export function deletePendingTotp(tx: Tx, userId: UserId): Promise<number> {
  return tx.run(sql`DELETE FROM mfa_totp WHERE user_id = ${userId} AND NOT is_enabled`)
}

type OfferedTotp = SealedTotp & { readonly isEnabled: boolean; readonly pendingUntil: Date | null }

/** One of a person, whatever its state; nobody finds that of somebody else. */
export function selectTotp(
  queries: Queries,
  userId: UserId,
  id: string,
): Promise<OfferedTotp | undefined> {
  return queries.maybe<OfferedTotp>(sql`
    SELECT id, sealed_secret, is_enabled, pending_until FROM mfa_totp
    WHERE id = ${id} AND user_id = ${userId}`)
}

type Enabling = {
  readonly userId: UserId
  readonly id: string
  readonly name: string
  /** Of the code that proved it, which has hereby been used. */
  readonly step: number
  readonly now: Date
}

/** Undefined: it is enabled already, has expired or is gone. */
export function enableTotp(
  tx: Tx,
  { userId, id, name, step, now }: Enabling,
): Promise<ShownTotp | undefined> {
  return tx.maybe<ShownTotp>(sql`
    UPDATE mfa_totp SET is_enabled = true, pending_until = NULL, name = ${name}, last_step = ${step}
    WHERE id = ${id} AND user_id = ${userId} AND NOT is_enabled AND pending_until > ${now}
    RETURNING id, name, created_at, last_used_at`)
}

export function selectSealedTotp(queries: Queries, userId: UserId): Promise<SealedTotp[]> {
  return queries.many<SealedTotp>(sql`
    SELECT id, sealed_secret FROM mfa_totp WHERE user_id = ${userId} AND is_enabled ORDER BY id`)
}

export function selectTotpEntries(queries: Queries, userId: UserId): Promise<ShownTotp[]> {
  return queries.many<ShownTotp>(sql`
    SELECT id, name, created_at, last_used_at FROM mfa_totp
    WHERE user_id = ${userId} AND is_enabled ORDER BY id`)
}

type Step = { readonly id: string; readonly step: number; readonly now: Date }

/** Uses up a step and all before it: one row for the first who asks, none for whoever comes after. */
export function takeStep(queries: Queries, { id, step, now }: Step): Promise<number> {
  return queries.run(sql`
    UPDATE mfa_totp SET last_step = ${step}, last_used_at = ${now}
    WHERE id = ${id} AND is_enabled AND last_step < ${step}`)
}

export function renameTotp(tx: Tx, userId: UserId, id: string, name: string): Promise<number> {
  return tx.run(sql`
    UPDATE mfa_totp SET name = ${name} WHERE id = ${id} AND user_id = ${userId} AND is_enabled`)
}

export function deleteTotp(tx: Tx, userId: UserId, id: string): Promise<number> {
  return tx.run(sql`DELETE FROM mfa_totp WHERE id = ${id} AND user_id = ${userId}`)
}

export function deleteEveryTotp(tx: Tx, userId: UserId): Promise<number> {
  return tx.run(sql`DELETE FROM mfa_totp WHERE user_id = ${userId}`)
}

/** Deletes up to `limit` that were offered but never confirmed. */
export function sweepPendingTotp(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM mfa_totp WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM mfa_totp WHERE pending_until < ${before}
      ORDER BY pending_until LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
