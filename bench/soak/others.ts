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
    const chunks = Math.ceil(rows / 10)
    const text = (value: string) => `'${value}'`
    const at = (moment: Date) => `${text(moment.toISOString())}::timestamptz`
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
      `INSERT INTO opaque_tokens (digest, client_id, token, expires_at)
       SELECT sha256(uuidv4()::text::bytea), $1, jsonb_build_object('scope', repeat('s', 200)), $2 FROM ${each}`,
      [clientId, later(600)],
    )
    await client.query(
      `INSERT INTO revoked_access_tokens (jti, expires_at) SELECT uuidv4()::text, $1 FROM ${each}`,
      [later(600)],
    )
    // Codes are redeemed and jobs are done soon after they are written, some at a time; one job in thirty is given up.
    await client.query(`DO $$ BEGIN FOR n IN 1..${chunks} LOOP
      INSERT INTO authorization_codes (digest, client_id, user_id, session_id, grant_data, expires_at)
        SELECT sha256(uuidv4()::text::bytea), ${text(clientId)}, ${text(userId)}, uuidv7(),
          jsonb_build_object('scope', repeat('s', 200)), ${at(later(60))} FROM generate_series(1, 10);
      INSERT INTO queued_jobs (id, kind, payload, run_at, created_at)
        SELECT uuidv7(), 'soak.other', repeat('x', 400), ${at(later(3600))}, ${at(now)} FROM generate_series(1, 10);
      COMMIT;
      UPDATE authorization_codes SET used_at = ${at(now)}, family_id = uuidv7()
        WHERE user_id = ${text(userId)} AND used_at IS NULL;
      UPDATE queued_jobs SET attempts = attempts + 1, leased_until = ${at(later(120))}
        WHERE kind = 'soak.other' AND died_at IS NULL;
      COMMIT;
      DELETE FROM queued_jobs WHERE kind = 'soak.other' AND died_at IS NULL AND get_byte(uuid_send(id), 15) > 8;
      UPDATE queued_jobs SET died_at = ${at(now)}, leased_until = NULL WHERE kind = 'soak.other' AND died_at IS NULL;
      COMMIT;
    END LOOP; END $$`)
    // A tenth of what lives is used, here and there in the table.
    for (const share of [0, 1, 2, 3, 4]) {
      const chosen = `user_id = $2 AND get_byte(uuid_send(id), 15) % 50 = (${share} + $3::integer) % 50`
      const values = [now, userId, Math.floor(now.getTime() / 3_600_000) * 5]
      await client.query(`UPDATE sessions SET last_seen_at = $1 WHERE ${chosen}`, values)
      await client.query(
        `UPDATE token_families SET generation = generation + 1, rotated_at = $1 WHERE ${chosen}`,
        values,
      )
    }
  }
}
