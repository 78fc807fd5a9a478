import { Client } from 'pg'

/** People of common and rare names, of whom some have roles, groups and second factors. */
export async function fillUsers(url: string, count: number): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    // Made afterwards, as an import would have it: much faster than row by row.
    const index = await client.query<{ text: string }>(
      `SELECT pg_get_indexdef('users_by_search'::regclass) AS text`,
    )
    await client.query('DROP INDEX users_by_search')
    await client.query(users, [count])
    await client.query(index.rows[0]?.text ?? '')
    for (const statement of more) await client.query(statement)
    await client.query('VACUUM ANALYZE')
  } finally {
    await client.end()
  }
}

const first = `ARRAY['ada','grace','alan','edsger','barbara','donald','katherine','linus','margaret','tim','radia','vint',
  'frances','john','annette','hedy']`
const last = `ARRAY['lovelace','hopper','turing','dijkstra','liskov','knuth','johnson','torvalds','hamilton','lee','perlman',
  'cerf','allen','backus','wagner','lamarr','müller','zuse','noether','curie','meitner','franklin','hypatia']`

const users = `
  INSERT INTO users (id, username, username_key, email, email_key, email_verified, is_active, deactivated_by, delete_after,
    profile, created_at, updated_at)
  SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, u, u, u || '@' || d, u || '@' || d, i % 10 <> 0,
    i % 50 > 1, CASE WHEN i % 50 < 2 THEN 'administrator' END, CASE WHEN i % 1000 = 1 THEN t + interval '30 years' END,
    jsonb_build_object('name', initcap(f) || ' ' || initcap(l)), t, t
  FROM (SELECT i, f, l, f || '.' || l || i AS u, '2015-01-01'::timestamptz + i * interval '3 minutes' AS t,
      (ARRAY['example.com','example.org','mail.example.net','firma.example'])[1 + i % 4] AS d
    FROM (SELECT i, (${first})[1 + (i * 7919) % 16] AS f, (${last})[1 + (i * 104729) % 23] AS l
      FROM generate_series(1, $1::bigint) i) names) people`

const more = [
  `INSERT INTO groups (id, name, created_at, updated_at) SELECT gen_random_uuid(), name, now(), now()
    FROM unnest(ARRAY['large', 'small']) AS name`,
  `INSERT INTO group_members (group_id, user_id, created_at) SELECT g.id, u.id, now() FROM groups g JOIN users u
    ON (g.name = 'large' AND get_byte(uuid_send(u.id), 15) % 5 = 0) OR (g.name = 'small' AND u.username LIKE '%77777')`,
  `INSERT INTO role_assignments (role_id, user_id, created_at) SELECT r.id, u.id, now() FROM roles r JOIN users u
    ON (r.name = 'user' AND get_byte(uuid_send(u.id), 15) % 3 = 0)
    OR (r.name = 'support' AND get_byte(uuid_send(u.id), 15) = 7 AND get_byte(uuid_send(u.id), 14) = 7)`,
  `INSERT INTO mfa_totp (id, user_id, name, sealed_secret, is_enabled, created_at) SELECT gen_random_uuid(), id, 'app', '',
    true, now() FROM users WHERE get_byte(uuid_send(id), 15) = 9 AND get_byte(uuid_send(id), 14) % 4 = 0`,
]
