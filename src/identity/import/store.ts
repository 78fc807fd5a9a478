import type { UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { UserRow } from '../store.ts'

/** A user and the forms under which its names are compared. */
export type KeyedRow = {
  readonly row: UserRow
  readonly usernameKey: string
  readonly emailKey: string | null
}

/** Inserts those who collide with nobody; their ids. */
export async function insertUsers(tx: Tx, users: readonly KeyedRow[]): Promise<Set<string>> {
  const column = <T>(of: (user: UserRow) => T): T[] => users.map(({ row }) => of(row))
  const inserted = await tx.many<{ id: string }>(sql`
    INSERT INTO users (id, username, username_key, email, email_key, email_verified, password_hash, is_active,
      deactivated_by, delete_after, password_changed_at, terms_version, terms_accepted_at, profile, version,
      created_at, updated_at)
    SELECT id, username, username_key, email, email_key, email_verified, password_hash, is_active,
      deactivated_by, delete_after, password_changed_at, terms_version, terms_accepted_at, profile::jsonb, 1,
      created_at, updated_at
    FROM unnest(${column((u) => u.id)}::uuid[], ${column((u) => u.username)}::text[],
      ${users.map((u) => u.usernameKey)}::text[], ${column((u) => u.email)}::text[],
      ${users.map((u) => u.emailKey)}::text[], ${column((u) => u.emailVerified)}::boolean[],
      ${column((u) => u.passwordHash)}::text[], ${column((u) => u.isActive)}::boolean[],
      ${column((u) => u.deactivatedBy)}::text[], ${column((u) => u.deleteAfter)}::timestamptz[],
      ${column((u) => u.passwordChangedAt)}::timestamptz[], ${column((u) => u.termsVersion)}::text[],
      ${column((u) => u.termsAcceptedAt)}::timestamptz[], ${column((u) => JSON.stringify(u.profile))}::text[],
      ${column((u) => u.createdAt)}::timestamptz[], ${column((u) => u.updatedAt)}::timestamptz[])
      AS incoming (id, username, username_key, email, email_key, email_verified, password_hash, is_active,
        deactivated_by, delete_after, password_changed_at, terms_version, terms_accepted_at, profile,
        created_at, updated_at)
    ON CONFLICT DO NOTHING RETURNING id`)
  return new Set(inserted.map(({ id }) => id))
}

export type Taken = {
  readonly id: string
  readonly usernameKey: string
  readonly emailKey: string | null
}

/** Everybody who has one of these ids, usernames or addresses. */
export function selectTaken(queries: Queries, users: readonly KeyedRow[]): Promise<Taken[]> {
  return queries.many<Taken>(sql`
    SELECT id, username_key, email_key FROM users WHERE id = ANY(${users.map((u) => u.row.id)}::uuid[])
    UNION SELECT id, username_key, email_key FROM users
      WHERE username_key = ANY(${users.map((u) => u.usernameKey)}::text[])
    UNION SELECT id, username_key, email_key FROM users
      WHERE email_key = ANY(${users.map((u) => u.emailKey)}::text[])`)
}

/** How far the import of a file has come; it begins where it is not known. */
export async function beginRun(tx: Queries, digest: Buffer, at: Date): Promise<number> {
  const row = await tx.maybe<{ lines: number }>(sql`
    INSERT INTO import_runs (digest, lines, updated_at) VALUES (${digest}, 0, ${at})
    ON CONFLICT (digest) DO UPDATE SET updated_at = excluded.updated_at RETURNING lines`)
  return row?.lines ?? 0
}

export async function restartRun(tx: Queries, digest: Buffer, at: Date): Promise<void> {
  await tx.run(sql`UPDATE import_runs SET lines = 0, updated_at = ${at} WHERE digest = ${digest}`)
}

export async function linesDone(queries: Queries, digest: Buffer): Promise<number> {
  const row = await queries.maybe<{ lines: number }>(
    sql`SELECT lines FROM import_runs WHERE digest = ${digest}`,
  )
  return row?.lines ?? 0
}

type Step = { readonly from: number; readonly to: number; readonly at: Date }

/** False when another import of the same file has been there. */
export async function advanceRun(tx: Tx, digest: Buffer, step: Step): Promise<boolean> {
  const { from, to, at } = step
  const moved = await tx.run(sql`
    UPDATE import_runs SET lines = ${to}, updated_at = ${at} WHERE digest = ${digest} AND lines = ${from}`)
  return moved > 0
}

/** The next users in the order of their ids. */
export function selectUsersAfter(
  queries: Queries,
  after: UserId | null,
  limit: number,
): Promise<UserRow[]> {
  return queries.many<UserRow>(sql`
    SELECT id, username, email, email_verified, password_hash, is_active, deactivated_by, delete_after,
      password_changed_at, terms_version, terms_accepted_at, profile, version, created_at, updated_at
    FROM users WHERE id > coalesce(${after}::uuid, '00000000-0000-0000-0000-000000000000')
    ORDER BY id LIMIT ${limit}`)
}
