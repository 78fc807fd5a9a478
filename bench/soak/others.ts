import type { Client } from 'pg'
import { addSeconds } from '../../src/base/index.ts'

/** Of each kind, the rows that others make in a round. */
export type Others = (now: Date, rows: number) => Promise<void>

/**
 * Rows as very many others would make them, written past the server, because no generator on this machine could
 * send so many requests: sessions that are seen again, grants that are refreshed, codes that are redeemed, opaque
 * tokens, revocations and dead letters, with the updates that the server would make and the lifetimes that it gives.
 */
export function writeOthers(client: Client, userId: string, clientId: string): Others {
  const day = 86_400
  return async (now, rows) => {
    const later = (seconds: number) => addSeconds(now, seconds)
    const each = `generate_series(1, ${Math.round(rows)}) i`
    await client.query('BEGIN')
    await client.query(
      `INSERT INTO sessions (id, digest, kind, user_id, auth_time, amr, acr, user_agent, ip_address, created_at, last_seen_at, expires_at)
       SELECT uuidv7(), sha256(uuidv4()::text::bytea), 'browser', $1, $2, '{pwd}', 'urn:cardea:acr:1', repeat('x', 80), '192.0.2.7', $2, $2,
         $3::timestamptz + i * interval '1 second' FROM ${each}`,
      [userId, now, later(14 * day)],
    )
    await client.query(
      `INSERT INTO token_families (id, kind, user_id, client_id, scopes, offline, seed, auth_time, amr, acr, created_at, rotated_at, expires_at)
       SELECT uuidv7(), 'oauth', $1, $2, '{openid,profile,email,offline_access}', true, sha256(i::text::bytea), $3, '{pwd}',
         'urn:cardea:acr:1', $3, $3, $4::timestamptz + i * interval '1 second' FROM ${each}`,
      [userId, clientId, now, later(20 * day)],
    )
    await client.query(
      `INSERT INTO authorization_codes (digest, client_id, user_id, session_id, grant_data, expires_at)
       SELECT sha256(uuidv4()::text::bytea), $1, $2, uuidv7(), jsonb_build_object('scope', repeat('s', 200)), $3 FROM ${each}`,
      [clientId, userId, later(60)],
    )
    await client.query(
      `INSERT INTO opaque_tokens (digest, client_id, token, expires_at)
       SELECT sha256(uuidv4()::text::bytea), $1, jsonb_build_object('scope', repeat('s', 200)), $2 FROM ${each}`,
      [clientId, later(600)],
    )
    await client.query(
      `INSERT INTO revoked_access_tokens (jti, expires_at) SELECT uuidv4()::text, $1 FROM ${each}`,
      [later(600)],
    )
    await client.query(
      `INSERT INTO queued_jobs (id, kind, payload, attempts, run_at, created_at)
       SELECT uuidv7(), 'soak.other', repeat('x', 400), 1, $1, $2 FROM ${each}`,
      [later(3600), now],
    )
    await client.query('COMMIT')
    // What happens to them in the hours that follow.
    await client.query(
      `UPDATE authorization_codes SET used_at = $1, family_id = uuidv7()
       WHERE user_id = $2 AND used_at IS NULL AND expires_at > $1`,
      [now, userId],
    )
    await client.query(
      `UPDATE sessions SET last_seen_at = $1
       WHERE id IN (SELECT id FROM sessions WHERE user_id = $2 ORDER BY id DESC LIMIT ${rows * 2})`,
      [now, userId],
    )
    await client.query(
      `UPDATE token_families SET generation = generation + 1, rotated_at = $1
       WHERE id IN (SELECT id FROM token_families WHERE user_id = $2 ORDER BY id DESC LIMIT ${rows * 4})`,
      [now, userId],
    )
    await client.query(
      `UPDATE queued_jobs SET attempts = attempts + 1, leased_until = $1
       WHERE kind = 'soak.other' AND died_at IS NULL`,
      [later(120)],
    )
    // One in thirty is given up.
    await client.query(
      `DELETE FROM queued_jobs WHERE kind = 'soak.other' AND died_at IS NULL AND get_byte(uuid_send(id), 15) > 8`,
    )
    await client.query(
      `UPDATE queued_jobs SET died_at = $1, leased_until = NULL WHERE kind = 'soak.other' AND died_at IS NULL`,
      [now],
    )
  }
}
