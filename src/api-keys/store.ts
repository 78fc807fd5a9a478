import type { UserId } from '../base/index.ts'
import type { Queries, Tx } from '../db/index.ts'
import { sql } from '../db/index.ts'
import type { UserRow } from '../identity/index.ts'
import { toUser } from '../identity/index.ts'
import type { ApiKey, HeldKey } from './api-key.ts'

/** Lets creations for one person wait for each other: they are counted. */
export async function holdKeysOf(tx: Tx, userId: UserId): Promise<void> {
  await tx.maybe(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`api-keys ${userId}`}, 0))`)
}

/** Nothing when the person has `most` keys that count. */
export function insertKey(
  tx: Tx,
  key: ApiKey & { readonly digest: Buffer; readonly reminded: boolean },
  most: number,
): Promise<number> {
  const k = key
  return tx.run(sql`
    INSERT INTO api_keys (id, user_id, name, start, digest, scopes, created_at, expires_at, reminded)
    SELECT ${k.id}::uuid, ${k.userId}::uuid, ${k.name}::text, ${k.start}::text, ${k.digest}::bytea,
      ${k.scopes}::text[], ${k.createdAt}::timestamptz, ${k.expiresAt}::timestamptz, ${k.reminded}::boolean
    WHERE ${most}::integer > (
      SELECT count(*) FROM api_keys WHERE user_id = ${k.userId} AND ended_at > ${k.createdAt})`)
}

type HeldRow = Omit<UserRow, 'passwordHash'> & {
  readonly keyId: string
  readonly keyName: string
  readonly start: string
  readonly scopes: readonly string[]
  readonly keyCreatedAt: Date
  readonly expiresAt: Date
  readonly lastUsedAt: Date | null
}

/** A key that was not revoked, and its owner: all that its use needs, in one statement. */
export async function selectHeldKey(
  queries: Queries,
  digest: Buffer,
): Promise<HeldKey | undefined> {
  const row = await queries.maybe<HeldRow>(sql`
    SELECT k.id AS key_id, k.name AS key_name, k.start, k.scopes, k.created_at AS key_created_at,
      k.expires_at, k.last_used_at,
      u.id, u.username, u.email, u.email_verified, u.is_active, u.deactivated_by, u.delete_after,
      u.password_changed_at, u.terms_version, u.terms_accepted_at, u.profile, u.version,
      u.created_at, u.updated_at
    FROM api_keys k JOIN users u ON u.id = k.user_id
    WHERE k.digest = ${digest} AND k.revoked_at IS NULL`)
  if (row === undefined) return undefined
  const { keyId: id, keyName: name, keyCreatedAt: createdAt, start, scopes } = row
  const { expiresAt, lastUsedAt, id: userId } = row
  const dates = { createdAt, expiresAt, lastUsedAt, lastIp: null, revokedAt: null }
  return { key: { id, userId, name, start, scopes, ...dates }, user: toUser(row) }
}

type Use = {
  readonly id: string
  readonly now: Date
  readonly since: Date
  readonly ip: string | null
}

/** Notes a use unless one was noted after `since`, maybe by another process. */
export function noteUse(queries: Queries, { id, now, since, ip }: Use): Promise<number> {
  return queries.run(sql`
    UPDATE api_keys SET last_used_at = ${now}, last_ip = coalesce(${ip}::inet, last_ip)
    WHERE id = ${id} AND (last_used_at IS NULL OR last_used_at <= ${since})`)
}

/** The key as it was; undefined when it counted no more. */
export function revokeKey(
  tx: Tx,
  { id, userId }: { readonly id: string; readonly userId: UserId | null },
  now: Date,
): Promise<{ userId: UserId; name: string; start: string } | undefined> {
  return tx.maybe(sql`
    UPDATE api_keys SET revoked_at = ${now}
    WHERE id = ${id} AND ended_at > ${now} AND (${userId}::uuid IS NULL OR user_id = ${userId})
    RETURNING user_id, name, start`)
}

export function revokeKeysOf(tx: Tx, userId: UserId, now: Date): Promise<{ id: string }[]> {
  return tx.many(sql`
    UPDATE api_keys SET revoked_at = ${now} WHERE user_id = ${userId} AND ended_at > ${now}
    RETURNING id`)
}

/** Those of a person, first the ones that count. */
export function selectKeysOf(queries: Queries, userId: UserId, now: Date): Promise<ApiKey[]> {
  return queries.many<ApiKey>(sql`
    SELECT id, user_id, name, start, scopes, created_at, expires_at, last_used_at,
      host(last_ip) AS last_ip, revoked_at
    FROM api_keys WHERE user_id = ${userId} ORDER BY (ended_at > ${now}) DESC, id DESC LIMIT 200`)
}

export type KeyFilter = {
  readonly now: Date
  /** Whether they count no more. */
  readonly ended: boolean | null
  /** Not used since, or never and older than that. */
  readonly unusedSince: Date | null
  /** The last id of the page before. */
  readonly before: string | null
  readonly limit: number
}

/** Of everybody, the newest first. */
export function selectKeys(queries: Queries, filter: KeyFilter): Promise<ApiKey[]> {
  const { now, ended, unusedSince, before, limit } = filter
  return queries.many<ApiKey>(sql`
    SELECT id, user_id, name, start, scopes, created_at, expires_at, last_used_at,
      host(last_ip) AS last_ip, revoked_at
    FROM api_keys
    WHERE id < coalesce(${before}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
      AND (${ended}::boolean IS NULL OR (ended_at <= ${now}) = ${ended})
      AND (${unusedSince}::timestamptz IS NULL OR coalesce(last_used_at, created_at) < ${unusedSince})
    ORDER BY id DESC LIMIT ${limit}`)
}

/** The same of one person. */
export function selectKeysOfUser(
  queries: Queries,
  userId: UserId,
  filter: KeyFilter,
): Promise<ApiKey[]> {
  const { now, ended, unusedSince, before, limit } = filter
  return queries.many<ApiKey>(sql`
    SELECT id, user_id, name, start, scopes, created_at, expires_at, last_used_at,
      host(last_ip) AS last_ip, revoked_at
    FROM api_keys
    WHERE user_id = ${userId} AND id < coalesce(${before}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
      AND (${ended}::boolean IS NULL OR (ended_at <= ${now}) = ${ended})
      AND (${unusedSince}::timestamptz IS NULL OR coalesce(last_used_at, created_at) < ${unusedSince})
    ORDER BY id DESC LIMIT ${limit}`)
}

type Expiring = { readonly now: Date; readonly until: Date; readonly limit: number }

/** Keys that end before `until` and whose owner was not told; each is taken once. */
export function takeExpiringKeys(
  tx: Tx,
  { now, until, limit }: Expiring,
): Promise<{ userId: UserId; name: string; expiresAt: Date }[]> {
  return tx.many(sql`
    UPDATE api_keys SET reminded = true WHERE id IN (
      SELECT id FROM api_keys
      WHERE NOT reminded AND revoked_at IS NULL AND expires_at > ${now} AND expires_at <= ${until}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING user_id, name, expires_at`)
}

/** Deletes up to `limit` keys that ended before a moment. */
export function sweepApiKeys(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM api_keys WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM api_keys WHERE ended_at < ${before}
      ORDER BY ended_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
