import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assignRole, giveRole } from '../../src/access/index.ts'
import { systemClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import type { Administrator } from '../harness/administrator.ts'
import { administrator } from '../harness/administrator.ts'
import type { JsonAnswer } from '../harness/json.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

let server: TestServer
let owner: Administrator
let admin: Administrator
/** Manages roles, groups and assignments, and has nothing else of Cardea. */
let clerk: Administrator

before(async () => {
  server = await testServer()
  owner = await administrator(server, 'owner')
  admin = await administrator(server, 'admin')
  const permissions = ['role', 'permission', 'group', 'assignment'].flatMap((one) => [
    `cardea.${one}:read`,
    `cardea.${one}:manage`,
  ])
  await does(201, owner, 'POST /admin/roles', { name: 'clerk', permissions })
  for (const action of ['read', 'update']) {
    await does(201, owner, 'POST /admin/permissions', { resource: 'document', action })
  }
  clerk = await administrator(server, 'clerk')
})
after(() => server?.close())

async function does(
  status: number,
  { send }: Administrator,
  what: string,
  body?: object,
): Promise<JsonAnswer> {
  const answer = await send(what, body)
  assert.equal(answer.status, status, `${what}: ${JSON.stringify(answer.body)}`)
  return answer
}

const idOf = async (name: string): Promise<string> =>
  (await does(200, owner, `GET /admin/roles?name=${name}`)).body.items[0].id
const give = (who: Administrator, role: string, id: string, type = 'user') =>
  who.send('POST /admin/assignments', { role, subject: { type, id } })
const refused = ({ status, body }: JsonAnswer, words: RegExp) => {
  assert.equal(status, 403, JSON.stringify(body))
  assert.match(body.detail, words)
}
const reach = /reaches into Cardea itself/
const ownersOnly = /Only an owner/
const activeOwners = async (): Promise<number> => {
  const row = await server.app.db.maybe<{ count: number }>(sql`
    SELECT count(*)::integer AS count FROM role_assignments a JOIN roles r ON r.id = a.role_id
      JOIN users u ON u.id = a.user_id WHERE r.name = 'owner' AND u.is_active`)
  return row?.count ?? 0
}

test('nobody gives a role with a right over Cardea that they lack', async () => {
  const { id } = await server.user()
  refused(await give(clerk, 'admin', id), reach)
  refused(await give(clerk, 'auditor', id), reach)
  refused(await give(clerk, 'support', clerk.user.id), reach)
  refused(await give(admin, 'owner', id), ownersOnly)
  refused(await give(clerk, 'owner', clerk.user.id), ownersOnly)
  assert.equal((await give(clerk, 'clerk', id)).status, 201)
  assert.equal((await give(admin, 'support', id)).status, 201)
  assert.equal((await give(owner, 'admin', id)).status, 201)
})

test('a role limited to a thing or a time is no ground to give it without limit', async () => {
  const person = await administrator(server, 'clerk')
  const limited = { role: 'admin', subject: { type: 'user', id: person.user.id } }
  await does(201, owner, 'POST /admin/assignments', {
    ...limited,
    ends_at: '2100-01-01T00:00:00Z',
  })
  refused(await give(person, 'admin', person.user.id), reach)
})

test('a change of a role counts as giving and as taking', async () => {
  const sleeping = await does(201, clerk, 'POST /admin/roles', { name: 'sleeper' })
  const path = `PATCH /admin/roles/${sleeping.body.id}`
  for (const change of [
    { add_permissions: ['cardea.user:delete'] },
    { add_permissions: ['cardea.user:*'] },
    { add_permissions: ['*:delete'] },
    { add_permissions: ['*:*'] },
    { add_permissions: ['cardea.user:delete@own'] },
    { parents: ['support'] },
    { add_parents: ['admin'] },
  ]) {
    refused(await clerk.send(path, change), reach)
  }
  refused(await admin.send(path, { add_permissions: ['*:read'] }), reach)
  refused(
    await clerk.send('POST /admin/roles', { name: 'sly', permissions: ['cardea.audit:read'] }),
    reach,
  )
  await does(200, clerk, path, { add_permissions: ['document:*', 'cardea.role:read'] })
  await does(200, owner, path, { add_parents: ['auditor'] })
  refused(await clerk.send(path, { remove_parents: ['auditor'] }), reach)
  refused(await clerk.send(path, { name: 'renamed' }), reach)
  refused(await clerk.send(`DELETE /admin/roles/${sleeping.body.id}`), reach)
  await does(200, clerk, path, { description: 'Only words', remove_permissions: ['document:*'] })
  await does(200, admin, path, { remove_parents: ['auditor'] })
  const auditor = await idOf('auditor')
  refused(
    await clerk.send(`PATCH /admin/roles/${auditor}`, { add_permissions: ['cardea.user:update'] }),
    reach,
  )
})

test('a wildcard that reaches into Cardea is not deleted by who lacks it', async () => {
  const made = await does(201, owner, 'POST /admin/roles', {
    name: 'sees-all',
    permissions: ['*:see'],
  })
  const { body } = await does(200, clerk, 'GET /admin/permissions?resource=*')
  const wildcard = body.items.find(({ name }: { name: string }) => name === '*:see')
  refused(await clerk.send(`DELETE /admin/permissions/${wildcard.id}?force=true`), reach)
  await does(204, owner, `DELETE /admin/permissions/${wildcard.id}?force=true`)
  assert.deepEqual(
    (await does(200, owner, `GET /admin/roles/${made.body.id}`)).body.permissions,
    [],
  )
})

test('joining and leaving a group counts as what the group gives', async () => {
  const group = (await does(201, clerk, 'POST /admin/groups', { name: 'watch' })).body.id
  const { id } = await server.user()
  const path = `/admin/groups/${group}`
  await does(204, clerk, `PUT ${path}/members/${id}`)
  refused(await give(clerk, 'auditor', group, 'group'), reach)
  await does(201, admin, 'POST /admin/assignments', {
    role: 'auditor',
    subject: { type: 'group', id: group },
    resource: 'document:1',
  })
  refused(await clerk.send(`PUT ${path}/members/${clerk.user.id}`), reach)
  refused(await clerk.send(`PATCH ${path}/members`, { remove: [id] }), reach)
  refused(await clerk.send(`DELETE ${path}/members/${id}`), reach)
  refused(await clerk.send(`PATCH ${path}`, { name: 'guard' }), reach)
  refused(await clerk.send(`DELETE ${path}`), reach)
  await does(200, admin, `PATCH ${path}/members`, { add: [clerk.user.id], remove: [id] })
  await does(204, admin, `DELETE ${path}`)
  const outsider = await give(owner, 'owner', group, 'group')
  assert.equal(outsider.status, 400)
})

test('an assignment of somebody out of reach is not ended', async () => {
  await does(201, clerk, 'POST /admin/roles', { name: 'plain', permissions: ['document:read'] })
  const given = await give(clerk, 'plain', owner.user.id)
  assert.equal(given.status, 201)
  refused(await clerk.send(`DELETE /admin/assignments/${given.body.id}`), reach)
  refused(await admin.send(`DELETE /admin/assignments/${given.body.id}`), reach)
  await does(204, owner, `DELETE /admin/assignments/${given.body.id}`)
  const other = await server.user()
  const support = await give(admin, 'support', other.id)
  refused(await clerk.send(`DELETE /admin/assignments/${support.body.id}`), reach)
  await does(204, admin, `DELETE /admin/assignments/${support.body.id}`)
})

test('a key gives no more than it may do itself', async () => {
  const { id } = await server.user()
  const needs = server.app
  const subject = { type: 'user', id: owner.user.id } as const
  const input = { role: 'auditor', holder: { type: 'user', id } } as const
  const by = (scopes: readonly string[]) => ({
    actor: `user:${owner.user.id}`,
    giver: { subject, scopes },
  })
  await assert.rejects(giveRole(needs, input, by(['cardea.assignment:manage'])), reach)
  const asOwner = { ...input, role: 'owner' }
  await assert.rejects(giveRole(needs, asOwner, by(['cardea.assignment:manage'])), ownersOnly)
  assert.equal((await giveRole(needs, input, by(['*:*']))).added, true)
})

test('only owners make owners, and the last one stays, whichever way', async () => {
  const second = await administrator(server)
  const made = await give(owner, 'owner', second.user.id)
  assert.equal(made.status, 201)
  refused(await admin.send(`DELETE /admin/assignments/${made.body.id}`), ownersOnly)
  await does(204, second, `DELETE /admin/assignments/${made.body.id}`)
  const list = await does(200, owner, `GET /admin/assignments?user_id=${owner.user.id}`)
  const own = list.body.items.find((one: { role: { name: string } }) => one.role.name === 'owner')
  const last = await does(409, owner, `DELETE /admin/assignments/${own.id}`)
  assert.equal(last.body.code, 'last_owner')
  const me = `/admin/users/${owner.user.id}`
  assert.equal((await does(409, owner, `POST ${me}/deactivate`)).body.code, 'last_owner')
  assert.equal((await does(409, owner, `DELETE ${me}`)).body.code, 'last_owner')
  // Whoever is deactivated is none that could help.
  const idle = await server.user()
  await assignRole(server.app.db, idle.id, 'owner', systemClock.now())
  await does(204, owner, `POST /admin/users/${idle.id}/deactivate`)
  await does(409, owner, `DELETE /admin/assignments/${own.id}`)
  assert.equal(await activeOwners(), 1)
})

test('of owners who remove each other at the same time one stays', async () => {
  const others = await Promise.all(Array.from({ length: 7 }, () => administrator(server, 'owner')))
  const owners = [owner, ...others]
  const ids = await Promise.all(
    owners.map(async ({ user }) => {
      const { body } = await does(200, owner, `GET /admin/assignments?user_id=${user.id}`)
      return body.items.find((one: { role: { name: string } }) => one.role.name === 'owner').id
    }),
  )
  const answers = await Promise.all(
    Array.from({ length: 48 }, (_, i) => {
      const one = i % owners.length
      const other = (one + 1 + Math.floor(i / owners.length)) % owners.length
      const who = owners[one] ?? owner
      return i % 3 === 0
        ? who.send(`POST /admin/users/${owners[other]?.user.id}/deactivate`)
        : who.send(`DELETE /admin/assignments/${ids[other]}`)
    }),
  )
  const statuses = new Set(answers.map(({ status }) => status))
  for (const status of statuses) assert.ok([204, 401, 403, 404, 409].includes(status), `${status}`)
  assert.ok((await activeOwners()) >= 1)
  await server.app.db.run(sql`UPDATE users SET is_active = true WHERE id = ${owner.user.id}`)
  await assignRole(server.app.db, owner.user.id, 'owner', systemClock.now())
})
