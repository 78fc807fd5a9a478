import type { UserId } from '../../base/index.ts'
import { addSeconds } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { Standing } from '../standing.ts'

/** Everything a sign-in must know of somebody's factors. */
export async function readStanding(queries: Queries, userId: UserId, now: Date): Promise<Standing> {
  const row = await queries.maybe<Standing>(sql`
    SELECT u.user_id,
      (SELECT count(*)::integer FROM mfa_passkeys p
       WHERE p.user_id = u.user_id AND p.suspended_at IS NULL) AS passkeys,
      (SELECT count(*)::integer FROM mfa_passkeys p
       WHERE p.user_id = u.user_id AND p.suspended_at IS NULL AND NOT p.backup_eligible)
        AS device_bound_passkeys,
      (SELECT count(*)::integer FROM mfa_totp t WHERE t.user_id = u.user_id AND t.is_enabled) AS totp,
      a.email_code_since IS NOT NULL AS email_code,
      (SELECT count(*)::integer FROM mfa_backup_codes b
       WHERE b.user_id = u.user_id AND b.set_id = a.backup_set AND b.used_at IS NULL
         AND a.backup_expires_at > ${now}) AS backup_codes,
      a.backup_expires_at,
      EXISTS (SELECT 1 FROM mfa_emergency_grants g
        WHERE g.user_id = u.user_id AND g.digest IS NOT NULL AND g.used_at IS NULL
          AND g.cancelled_at IS NULL AND g.expires_at > ${now}) AS emergency,
      coalesce(a.must_enrol, false) AS must_enrol, a.grace_until, a.offered_at
    FROM (SELECT ${userId}::uuid AS user_id) u LEFT JOIN mfa_accounts a ON a.user_id = u.user_id`)
  if (row === undefined) throw new Error('a statement without conditions gave no row')
  return row
}

/**
 * Locks the row of a person, made if need be: whoever changes factors takes this first, so that two
 * changes at once happen one after the other.
 */
export async function lockAccount(tx: Tx, userId: UserId, now: Date): Promise<void> {
  await tx.run(sql`
    INSERT INTO mfa_accounts (user_id, updated_at) VALUES (${userId}, ${now})
    ON CONFLICT (user_id) DO UPDATE SET updated_at = EXCLUDED.updated_at`)
}

/** Begins the time in which a required factor may be put off; the first sign-in that asks decides. */
export async function startGrace(
  queries: Queries,
  userId: UserId,
  until: Date,
  now: Date,
): Promise<void> {
  await queries.run(sql`
    INSERT INTO mfa_accounts (user_id, grace_until, updated_at) VALUES (${userId}, ${until}, ${now})
    ON CONFLICT (user_id) DO UPDATE SET grace_until = EXCLUDED.grace_until, updated_at = EXCLUDED.updated_at
      WHERE mfa_accounts.grace_until IS NULL`)
}

export async function noteOffer(queries: Queries, userId: UserId, now: Date): Promise<void> {
  await queries.run(sql`
    INSERT INTO mfa_accounts (user_id, offered_at, updated_at) VALUES (${userId}, ${now}, ${now})
    ON CONFLICT (user_id) DO UPDATE SET offered_at = EXCLUDED.offered_at, updated_at = EXCLUDED.updated_at`)
}

/** Whether a new factor is owed. Setting one up pays it and ends the time of grace. */
export async function setMustEnrol(
  tx: Tx,
  userId: UserId,
  mustEnrol: boolean,
  now: Date,
): Promise<void> {
  await tx.run(sql`
    INSERT INTO mfa_accounts (user_id, must_enrol, updated_at) VALUES (${userId}, ${mustEnrol}, ${now})
    ON CONFLICT (user_id) DO UPDATE SET must_enrol = EXCLUDED.must_enrol,
      grace_until = CASE WHEN EXCLUDED.must_enrol THEN mfa_accounts.grace_until END,
      updated_at = EXCLUDED.updated_at`)
}

/** Backup codes and mailed codes belong to nobody who has no factor left. */
export async function clearAccount(tx: Tx, userId: UserId, now: Date): Promise<void> {
  await tx.run(sql`DELETE FROM mfa_backup_codes WHERE user_id = ${userId}`)
  await tx.run(sql`
    UPDATE mfa_accounts SET backup_set = NULL, backup_expires_at = NULL, backup_reminded = false,
      email_code_since = NULL, updated_at = ${now}
    WHERE user_id = ${userId}`)
}

export async function rememberDevice(
  queries: Queries,
  device: {
    readonly userId: UserId
    readonly digest: Buffer
    readonly userAgent: string | null
    readonly now: Date
    readonly until: Date
  },
): Promise<void> {
  const { userId, digest, userAgent, now, until } = device
  await queries.run(sql`
    INSERT INTO mfa_remembered_devices (user_id, digest, user_agent, created_at, expires_at)
    VALUES (${userId}, ${digest}, ${userAgent}, ${now}, ${until})
    ON CONFLICT (user_id, digest)
      DO UPDATE SET created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at`)
}

type Seen = {
  readonly userId: UserId
  readonly digest: Buffer
  /** Seconds, of the policy of now: a shorter one holds for what is remembered already. */
  readonly lifetime: number
  readonly now: Date
}

export async function isRemembered(
  queries: Queries,
  { userId, digest, lifetime, now }: Seen,
): Promise<boolean> {
  const since = addSeconds(now, -lifetime)
  const found = await queries.maybe(sql`
    SELECT 1 FROM mfa_remembered_devices
    WHERE user_id = ${userId} AND digest = ${digest} AND created_at > ${since} AND expires_at > ${now}`)
  return found !== undefined
}

export async function countRemembered(
  queries: Queries,
  userId: UserId,
  now: Date,
): Promise<number> {
  const row = await queries.maybe<{ count: number }>(sql`
    SELECT count(*)::integer AS count FROM mfa_remembered_devices
    WHERE user_id = ${userId} AND expires_at > ${now}`)
  return row?.count ?? 0
}

export function forgetRemembered(tx: Queries, userId: UserId): Promise<number> {
  return tx.run(sql`DELETE FROM mfa_remembered_devices WHERE user_id = ${userId}`)
}

export function sweepRememberedDevices(
  queries: Queries,
  before: Date,
  limit: number,
): Promise<number> {
  return queries.run(sql`
    DELETE FROM mfa_remembered_devices WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM mfa_remembered_devices WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
