import { Client } from 'pg'

export type Size = { readonly users: number; readonly roles: number; readonly assignments: number }

const types = 200
const actions = 10
const perRole = 8
const chunk = 250_000

export function userId(n: number): string {
  return `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
}

export function thing(n: number): { readonly type: string; readonly id: string } {
  return { type: `thing${n % types}`, id: String(n % 1000) }
}

export const actionOf = (n: number): string => `act${n % actions}`

/** Users, roles with up to two parents each, and assignments: four in ten for one thing, one in twenty for a time. */
export async function fill(url: string, { users, roles, assignments }: Size): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const id = (n: string) => `('00000000-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`
    const roleId = (n: string) =>
      `('00000000-0000-7000-9000-' || lpad(to_hex(${n}), 12, '0'))::uuid`
    await client.query(`
      INSERT INTO users (id, username, username_key, email, email_key, email_verified, created_at, updated_at)
      SELECT ${id('n')}, 'person' || n, 'person' || n, 'person' || n || '@example.com',
        'person' || n || '@example.com', true, now(), now() FROM generate_series(1, ${users}::bigint) n`)
    await client.query(`
      INSERT INTO roles (id, name) SELECT ${roleId('n')}, 'bench-' || n FROM generate_series(1, ${roles}::bigint) n`)
    await client.query(`
      INSERT INTO permissions (id, resource, action)
      SELECT gen_random_uuid(), 'thing' || t, 'act' || a
      FROM generate_series(0, ${types - 1}) t, generate_series(0, ${actions - 1}) a`)
    await client.query(`
      INSERT INTO role_permissions (role_id, permission_id, only_own)
      SELECT ${roleId('n')}, p.id, n % 10 = 0
      FROM generate_series(1, ${roles}::bigint) n CROSS JOIN generate_series(1, ${perRole}) k
      JOIN permissions p ON p.resource = 'thing' || ((n * 7 + k * 13) % ${types}) AND p.action = 'act' || ((n + k) % ${actions})
      ON CONFLICT DO NOTHING`)
    await client.query(`
      INSERT INTO role_parents (role_id, parent_id)
      SELECT ${roleId('n')}, ${roleId('parent')} FROM (
        SELECT DISTINCT n, parent FROM generate_series(20, ${roles}::bigint) n, unnest(ARRAY[n / 3, n / 7]) parent
      ) pairs WHERE parent > 0 AND n % 4 <> 0`)
    for (let done = 0; done < assignments; done += chunk) {
      await client.query(`
        INSERT INTO role_assignments (user_id, role_id, resource_type, resource_id, ends_at, created_at)
        SELECT ${id('u')}, ${roleId('r')}, CASE WHEN pick < 0.4 THEN 'thing' || (r % ${types}) END,
          CASE WHEN pick < 0.4 THEN (u % 1000)::text END,
          CASE WHEN pick > 0.95 THEN now() + interval '1 year' END, now()
        FROM (SELECT 1 + (random() * ${users - 1})::bigint AS u, 1 + (random() * ${roles - 1})::bigint AS r, random() AS pick
          FROM generate_series(1, ${Math.min(chunk, assignments - done)})) picked
        ON CONFLICT DO NOTHING`)
    }
    await client.query('VACUUM ANALYZE')
  } finally {
    await client.end()
  }
}
