import type { UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'

type Sighting = {
  readonly userId: UserId
  readonly digest: Buffer
  readonly userAgent: string | null
  readonly at: Date
}

/**
 * Notes that a device was seen, and tells whether it is new to the account and whether the account had any before.
 * When it was seen is written once a day at most, for an index is on it. An inserted row was never locked by
 * another writer, so its xmax is 0: of two sign-ins at once only one finds the device new.
 */
export async function upsertDevice(
  tx: Tx,
  { userId, digest, userAgent, at }: Sighting,
): Promise<{ isNew: boolean; hadOthers: boolean } | undefined> {
  return tx.maybe<{ isNew: boolean; hadOthers: boolean }>(sql`
    WITH seen AS (
      INSERT INTO devices (user_id, digest, user_agent, first_seen_at, last_seen_at)
      VALUES (${userId}, ${digest}, ${userAgent}, ${at}, ${at})
      ON CONFLICT (user_id, digest)
        DO UPDATE SET user_agent = EXCLUDED.user_agent,
          last_seen_at = CASE WHEN devices.last_seen_at < EXCLUDED.last_seen_at - interval '1 day'
            THEN EXCLUDED.last_seen_at ELSE devices.last_seen_at END
      RETURNING xmax = 0 AS is_new
    )
    SELECT seen.is_new, EXISTS (SELECT 1 FROM devices d WHERE d.user_id = ${userId}) AS had_others
    FROM seen`)
}

/** `key` is the comparison form of a username or an email address; one is never the other. */
export async function existsDevice(
  queries: Queries,
  key: string,
  digest: Buffer,
): Promise<boolean> {
  const found = await queries.maybe(sql`
    SELECT 1 FROM users u JOIN devices d ON d.user_id = u.id
    WHERE (u.username_key = ${key} OR u.email_key = ${key}) AND d.digest = ${digest}`)
  return found !== undefined
}

export function sweepDevices(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM devices WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM devices WHERE last_seen_at < ${before}
      ORDER BY last_seen_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
