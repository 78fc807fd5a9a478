import type { Client } from 'pg'
import { inDatabase } from './database.ts'

/** What an import does not bring: groups, roles, second factors, people who left or are about to. */
const statements = [
  `INSERT INTO groups (id, name, created_at, updated_at) SELECT gen_random_uuid(), name, now(), now()
    FROM unnest(ARRAY['large', 'small']) AS name`,
  `INSERT INTO group_members (group_id, user_id, created_at) SELECT g.id, u.id, now() FROM groups g JOIN users u
    ON (g.name = 'large' AND get_byte(uuid_send(u.id), 15) % 5 = 0) OR (g.name = 'small' AND u.username LIKE '%77777')`,
  `INSERT INTO role_assignments (role_id, user_id, created_at) SELECT r.id, u.id, now() FROM roles r JOIN users u
    ON (r.name = 'user' AND get_byte(uuid_send(u.id), 15) % 3 = 0)
    OR (r.name = 'support' AND get_byte(uuid_send(u.id), 15) = 7 AND get_byte(uuid_send(u.id), 14) = 7)
    ON CONFLICT DO NOTHING`,
  `INSERT INTO mfa_totp (id, user_id, name, sealed_secret, is_enabled, created_at) SELECT gen_random_uuid(), id, 'app', '',
    true, now() FROM users WHERE username LIKE '%9' AND get_byte(uuid_send(id), 15) % 25 = 9`,
  `UPDATE users SET is_active = false, deactivated_by = 'administrator' WHERE username ~ '(00|50)$'`,
  `UPDATE users SET delete_after = now() + interval '30 days' WHERE username LIKE '%500'`,
  'VACUUM ANALYZE',
]

export async function mixCrowd(url: string): Promise<void> {
  await inDatabase(url, async (client: Client) => {
    for (const statement of statements) await client.query(statement)
  })
}
