import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { assignRole } from '../../src/access/index.ts'
import { sql } from '../../src/db/index.ts'
import { obtainTokens } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

let server: TestServer
let user: TestUser

before(async () => {
  server = await testServer()
  user = await server.user({ username: 'perla' })
  const { db } = server.app
  await db.run(
    sql`INSERT INTO roles (id, name) VALUES (gen_random_uuid(), 'editor'), (gen_random_uuid(), 'huge')`,
  )
  await db.run(sql`
    INSERT INTO permissions (id, resource, action) SELECT gen_random_uuid(), 'invoice', 'read'
    UNION ALL SELECT gen_random_uuid(), 'document', 'edit'
    UNION ALL SELECT gen_random_uuid(), 'big', 'action' || n FROM generate_series(1, 300) n`)
  await db.run(sql`
    INSERT INTO role_permissions (role_id, permission_id)
    SELECT r.id, p.id FROM roles r, permissions p
    WHERE (r.name = 'editor' AND p.resource IN ('invoice', 'document')) OR (r.name = 'huge' AND p.resource = 'big')`)
  await assignRole(db, user.id, 'editor', new Date())
  await assignRole(db, user.id, 'support', new Date())
})
after(() => server?.close())

const scope = 'openid roles groups permissions'

async function tokens(client: TestClient, asked = scope) {
  const answer: Record<string, unknown> = await obtainTokens(server, client, user, { scope: asked })
  const userinfo = await fetch(`${server.url}/oauth/userinfo`, {
    headers: { authorization: `Bearer ${String(answer.access_token)}` },
  })
  return {
    access: decodeJwt(String(answer.access_token)),
    id: decodeJwt(String(answer.id_token)),
    userinfo: (await userinfo.json()) as Record<string, unknown>,
  }
}

test('RFC 9068 §2.2.3.1: roles, groups and permissions are claims where scopes ask for them, never those over Cardea', async () => {
  const client = await server.client({ scope })
  const { access, id, userinfo } = await tokens(client)
  assert.deepEqual(access.roles, ['editor', 'support'])
  assert.deepEqual(access.groups, [])
  assert.deepEqual(access.permissions, ['document:edit', 'invoice:read'])
  assert.deepEqual(userinfo.permissions, access.permissions)
  assert.equal(id.roles, undefined)
  const plain = await tokens(client, 'openid')
  assert.equal('roles' in plain.access || 'permissions' in plain.userinfo, false)
})

test('a client may have them always, elsewhere, and only on its own resources', async () => {
  const client = await server.client({
    scope: 'openid',
    access_claims: { in: ['id_token'], always: true, resources: ['invoice'] },
  })
  const { access, id, userinfo } = await tokens(client, 'openid')
  assert.deepEqual(id.permissions, ['invoice:read'])
  assert.deepEqual(id.roles, ['editor', 'support'])
  assert.equal('roles' in access || 'roles' in userinfo, false)
})

test('a list that is too long for a token is left out, and the token says so', async () => {
  const client = await server.client({ scope })
  const { db } = server.app
  await assignRole(db, user.id, 'huge', new Date())
  server.app.access.changed()
  const { access } = await tokens(client)
  assert.equal(access.permissions, undefined)
  assert.equal(access.permissions_overage, true)
  assert.deepEqual(access.roles, ['editor', 'huge', 'support'])
})

test('a client that acts for itself gets its own roles, and pays with a statement only when it asks', async () => {
  const client = await server.client({
    grant_types: ['client_credentials'],
    scope: 'roles reports:read',
  })
  await server.app.db.run(sql`
    INSERT INTO role_assignments (client_id, role_id, created_at)
    SELECT ${client.id}, id, now() FROM roles WHERE name = 'editor'`)
  const ask = async (asked: string) => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope: asked })
    const basic = Buffer.from(`${client.id}:${client.secret}`).toString('base64')
    const headers = { authorization: `Basic ${basic}` }
    const answer = await fetch(`${server.url}/oauth/token`, { method: 'POST', body, headers })
    return decodeJwt(((await answer.json()) as { access_token: string }).access_token)
  }
  assert.deepEqual((await ask('roles reports:read')).roles, ['editor'])
  await ask('reports:read')
  server.statements()
  assert.equal((await ask('reports:read')).roles, undefined)
  assert.deepEqual(server.statements(), [])
})
