import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { parsePermission, parseScope } from '../../src/access/index.ts'
import type { Queries } from '../../src/db/index.ts'
import { sql } from '../../src/db/index.ts'
import { post } from './oauth.ts'
import type { TestClient, TestServer } from './server.ts'

/** Makes a role by hand, past all that makes changes known: that is what the triggers are for. */
export async function addRole(
  db: Queries,
  name: string,
  permissions: readonly string[],
  parents: readonly string[] = [],
): Promise<void> {
  await db.run(sql`INSERT INTO roles (id, name) VALUES (${randomUUID()}, ${name})`)
  for (const text of permissions) {
    const permission = parsePermission(text)
    assert.ok(permission, text)
    const { resource, action, onlyOwn } = permission
    await db.run(sql`
      INSERT INTO permissions (id, resource, action) VALUES (${randomUUID()}, ${resource}, ${action})
      ON CONFLICT DO NOTHING`)
    await db.run(sql`
      INSERT INTO role_permissions (role_id, permission_id, only_own)
      SELECT r.id, p.id, ${onlyOwn} FROM roles r, permissions p
      WHERE r.name = ${name} AND p.resource = ${resource} AND p.action = ${action}
      ON CONFLICT DO NOTHING`)
  }
  for (const parent of parents) {
    await db.run(sql`
      INSERT INTO role_parents (role_id, parent_id)
      SELECT a.id, b.id FROM roles a, roles b WHERE a.name = ${name} AND b.name = ${parent}`)
  }
}

export async function addGroup(
  db: Queries,
  name: string,
  members: readonly string[] = [],
): Promise<string> {
  const id = randomUUID()
  await db.run(sql`
    INSERT INTO groups (id, name, created_at, updated_at) VALUES (${id}, ${name}, now(), now())`)
  for (const member of members) {
    await db.run(sql`
      INSERT INTO group_members (group_id, user_id, created_at) VALUES (${id}, ${member}, now())`)
  }
  return id
}

type Holder = { readonly user: string } | { readonly client: string } | { readonly group: string }

type Limits = { readonly limit?: string; readonly from?: Date; readonly until?: Date }

/** Gives a role; the id of the assignment. */
export async function give(
  db: Queries,
  holder: Holder,
  role: string,
  { limit, from, until }: Limits = {},
): Promise<string> {
  const scope = limit === undefined ? undefined : parseScope(limit)
  assert.ok(limit === undefined || scope, limit)
  const user = 'user' in holder ? holder.user : null
  const client = 'client' in holder ? holder.client : null
  const group = 'group' in holder ? holder.group : null
  const row = await db.maybe<{ id: string }>(sql`
    INSERT INTO role_assignments
      (role_id, user_id, client_id, group_id, resource_type, resource_id, starts_at, ends_at, created_at)
    SELECT id, ${user}::uuid, ${client}, ${group}::uuid, ${scope?.type ?? null}, ${scope?.id ?? null},
      ${from ?? null}::timestamptz, ${until ?? null}::timestamptz, now()
    FROM roles WHERE name = ${role} RETURNING id`)
  assert.ok(row, role)
  return row.id
}

export async function takeBack(db: Queries, assignmentId: string): Promise<void> {
  await db.run(sql`DELETE FROM role_assignments WHERE id = ${assignmentId}`)
}

export type Machine = TestClient & { readonly token: string }

/** A client that acts for itself, with a role. */
export async function machine(
  server: TestServer,
  role?: string,
  limits: Limits = {},
): Promise<Machine> {
  const client = await server.client({
    grant_types: ['client_credentials'],
    redirect_uris: [],
  })
  if (role !== undefined) await give(server.app.db, { client: client.id }, role, limits)
  const fields = { grant_type: 'client_credentials' }
  const { body } = await post(server, '/oauth/token', client, fields)
  assert.equal(typeof body.access_token, 'string', JSON.stringify(body))
  return { ...client, token: String(body.access_token) }
}
