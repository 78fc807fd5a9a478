import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from '../../src/db/index.ts'
import { machine } from '../harness/access.ts'
import type { Administrator } from '../harness/administrator.ts'
import { administrator } from '../harness/administrator.ts'
import type { JsonAnswer } from '../harness/json.ts'
import { postJson } from '../harness/json.ts'
import { setPolicy } from '../harness/second-factor.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

let server: TestServer
let owner: Administrator
/** Calls as the owner and expects a status. */
const does = async (status: number, what: string, body?: object): Promise<JsonAnswer> => {
  const answer = await owner.send(what, body)
  assert.equal(answer.status, status, `${what}: ${JSON.stringify(answer.body)}`)
  return answer
}

before(async () => {
  server = await testServer()
  owner = await administrator(server, 'owner')
  for (const action of ['read', 'update', 'publish']) {
    await does(201, 'POST /admin/permissions', { resource: 'document', action })
  }
})
after(() => server?.close())

const role = async (input: object): Promise<string> =>
  (await does(201, 'POST /admin/roles', input)).body.id
const pointers = ({ body }: JsonAnswer): string[] =>
  body.errors.map(({ pointer }: { pointer: string }) => pointer)
const may = async (userId: string, action: string, id?: string) => {
  const question = { resource: { type: 'document', id }, action }
  return (await server.app.access.decide({ type: 'user', id: userId }, question)).allowed
}
const entries = (action: string) =>
  server.app.db.many<{ actor: string; resource: string; details: Record<string, unknown> }>(sql`
    SELECT actor, resource, details FROM audit_log WHERE action = ${action} ORDER BY seq`)
const idOf = async (name: string): Promise<string> =>
  (await does(200, `GET /admin/roles?name=${name}`)).body.items[0].id

test('a permission is registered once, and neither as a wildcard nor as one of Cardea', async () => {
  const made = await does(201, 'POST /admin/permissions', {
    resource: 'invoice',
    action: 'read',
    description: 'See an invoice',
  })
  assert.equal(made.body.name, 'invoice:read')
  const again = await does(409, 'POST /admin/permissions', { resource: 'invoice', action: 'read' })
  assert.equal(again.body.code, 'name_taken')
  const wrong: [resource: string, action: string, pointer: string][] = [
    ['cardea.user', 'fly', '/resource'],
    ['invoice', '*', '/action'],
    ['*', 'read', '/resource'],
    ['in voice', 'read', '/resource'],
    ['invoice', 'read@own', '/action'],
  ]
  for (const [resource, action, pointer] of wrong) {
    const refused = await does(400, 'POST /admin/permissions', { resource, action })
    assert.deepEqual(pointers(refused), [pointer], `${resource}:${action}`)
  }
  const one = `/admin/permissions/${made.body.id}`
  await does(200, `PATCH ${one}`, { description: 'Read it' })
  assert.equal((await does(200, `GET ${one}`)).body.description, 'Read it')
  await does(204, `DELETE ${one}`)
  await does(404, `GET ${one}`)
})

test('permissions are listed page by page, and those of Cardea stay', async () => {
  const seen: string[] = []
  let path: string | undefined = '/admin/permissions?limit=20'
  while (path !== undefined) {
    const page = await does(200, `GET ${path}`)
    seen.push(...page.body.items.map(({ name }: { name: string }) => name))
    const next = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1]
    assert.equal(next === undefined, page.body.next === null)
    path = next?.split('/api/v1')[1]
  }
  assert.ok(seen.length > 50 && new Set(seen).size === seen.length)
  const some = await does(200, 'GET /admin/permissions?resource=cardea.audit')
  assert.deepEqual(
    some.body.items.map(({ name }: { name: string }) => name),
    ['cardea.audit:export', 'cardea.audit:read'],
  )
  const [{ id }] = some.body.items
  assert.equal(
    (await does(409, `DELETE /admin/permissions/${id}?force=true`)).body.code,
    'built_in',
  )
  await does(400, 'GET /admin/permissions?after=nonsense')
})

test('a permission that roles have is deleted only when that is said, and the roles are told apart', async () => {
  const made = await does(201, 'POST /admin/permissions', { resource: 'memo', action: 'read' })
  const id = await role({ name: 'memo-reader', permissions: ['memo:read', 'document:read'] })
  const refused = await does(409, `DELETE /admin/permissions/${made.body.id}`)
  assert.deepEqual(refused.body.errors, [
    { pointer: '/force', detail: 'is needed: 1 roles have the permission' },
  ])
  await does(204, `DELETE /admin/permissions/${made.body.id}?force=true`)
  const left = await does(200, `GET /admin/roles/${id}`)
  assert.deepEqual(left.body.permissions, ['document:read'])
  assert.equal(left.headers.get('etag'), '"2"')
})

test('a role is made of permissions that there are; wildcards become ones', async () => {
  const refused = await does(400, 'POST /admin/roles', {
    name: 'Wrong',
    parents: ['nobody'],
    permissions: ['document:read', 'document:fly', 'cardea.nothing:*', 'nonsense'],
  })
  assert.deepEqual(pointers(refused).sort(), [
    '/name',
    '/parents/0',
    '/permissions/1',
    '/permissions/2',
    '/permissions/3',
  ])
  const made = await does(201, 'POST /admin/roles', {
    name: 'librarian',
    description: 'Everything with books',
    permissions: [
      'book:*',
      '*:lend',
      'document:update@own',
      'document:update',
      'document:read@own',
    ],
  })
  assert.deepEqual(made.body.permissions.toSorted(), [
    '*:lend',
    'book:*',
    'document:read@own',
    'document:update',
  ])
  const read = await does(200, `GET /admin/roles/${made.body.id}`)
  assert.deepEqual(read.body.permissions.toSorted(), made.body.permissions.toSorted())
  const books = await does(200, 'GET /admin/permissions?resource=book')
  assert.deepEqual(books.body.items[0].name, 'book:*')
  await does(409, 'POST /admin/roles', { name: 'librarian' })
  assert.equal((await entries('role.create')).at(-1)?.actor, `user:${owner.user.id}`)
})

test('RFC 9110 §13.1.1: a role is changed from the version that was read', async () => {
  const id = await role({ name: 'draft', permissions: ['document:read'] })
  const path = `/admin/roles/${id}`
  const change = { add_permissions: ['document:update@own'], description: 'Draws up' }
  assert.equal((await owner.send(`PATCH ${path}`, change, {})).status, 428)
  const changed = await owner.send(`PATCH ${path}`, change, { 'if-match': '"1"' })
  assert.equal(changed.status, 200, JSON.stringify(changed.body))
  assert.equal(changed.headers.get('etag'), '"2"')
  assert.equal((await owner.send(`PATCH ${path}`, change, { 'if-match': '"1"' })).status, 412)
  const wider = await does(200, `PATCH ${path}`, { add_permissions: ['document:update'] })
  assert.deepEqual(wider.body.permissions.toSorted(), ['document:read', 'document:update'])
  const less = await does(200, `PATCH ${path}`, { remove_permissions: ['document:read'] })
  assert.deepEqual(less.body.permissions, ['document:update'])
  const whole = await does(200, `PATCH ${path}`, { permissions: [], name: 'drafter' })
  assert.deepEqual(whole.body.permissions, [])
  const log = (await entries('role.update')).filter(({ resource }) => resource === `role:${id}`)
  assert.deepEqual(log[0]?.details, {
    before: { name: 'draft', description: '' },
    after: { name: 'draft', description: 'Draws up' },
    permissions_added: ['document:update@own'],
  })
  assert.deepEqual(log.at(-1)?.details.permissions_removed, ['document:update'])
  const page = await does(200, 'GET /admin/roles?prefix=draft')
  assert.deepEqual(page.body.items, [
    {
      id,
      name: 'drafter',
      description: 'Draws up',
      built_in: false,
      parents: [],
      permission_count: 0,
      created_at: whole.body.created_at,
      updated_at: whole.body.updated_at,
    },
  ])
})

test('roles have the permissions of their parents, in no circle and not too deep', async () => {
  const a = await role({ name: 'line.0', permissions: ['document:read'] })
  for (let i = 1; i <= 20; i += 1) await role({ name: `line.${i}`, parents: [`line.${i - 1}`] })
  const deep = await does(400, 'POST /admin/roles', { name: 'line.21', parents: ['line.20'] })
  assert.deepEqual(pointers(deep), ['/parents'])
  const round = await does(400, `PATCH /admin/roles/${a}`, { parents: ['line.3'] })
  assert.match(round.body.errors[0].detail, /its own ancestor/)
  await does(400, `PATCH /admin/roles/${a}`, { parents: ['line.0'] })
  const top = await role({ name: 'top' })
  const higher = await does(400, `PATCH /admin/roles/${a}`, { parents: ['top'] })
  assert.match(higher.body.errors[0].detail, /20 levels/)
  const user = await server.user()
  const given = { role: 'line.20', subject: { type: 'user', id: user.id } }
  await does(201, 'POST /admin/assignments', given)
  assert.equal(await may(user.id, 'read'), true)
  const middle = await idOf('line.10')
  await does(200, `PATCH /admin/roles/${middle}`, { remove_parents: ['line.9'] })
  assert.equal(await may(user.id, 'read'), false)
  await does(204, `DELETE /admin/roles/${top}`)
})

test('two roles that are made parents of each other at the same time make no circle', async () => {
  const [a, b] = [await role({ name: 'mutual.a' }), await role({ name: 'mutual.b' })]
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      i % 2 === 0
        ? owner.send(`PATCH /admin/roles/${a}`, { add_parents: ['mutual.b'] })
        : owner.send(`PATCH /admin/roles/${b}`, { add_parents: ['mutual.a'] }),
    ),
  )
  const statuses = answers.map(({ status }) => status)
  assert.equal(statuses.filter((status) => status === 200).length, 25)
  assert.equal(statuses.filter((status) => status === 400).length, 25)
  const parents = await Promise.all(
    [a, b].map(async (id) => (await does(200, `GET /admin/roles/${id}`)).body.parents.length),
  )
  assert.deepEqual(new Set(parents), new Set([0, 1]))
})

test('of 50 who change the same version of a role one does', async () => {
  const id = await role({ name: 'contended' })
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      owner.send(`PATCH /admin/roles/${id}`, { description: `${i}` }, { 'if-match': '"1"' }),
    ),
  )
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.equal(answers.filter(({ status }) => status === 412).length, 49)
})

test('the roles of Cardea keep what makes them, and may get more', async () => {
  const owners = await idOf('owner')
  await does(409, `PATCH /admin/roles/${owners}`, { description: 'Mine' })
  await does(409, `DELETE /admin/roles/${owners}?force=true`)
  const auditor = await idOf('auditor')
  await does(409, `PATCH /admin/roles/${auditor}`, { name: 'controller' })
  await does(409, `PATCH /admin/roles/${auditor}`, { permissions: ['document:read'] })
  await does(409, `DELETE /admin/roles/${auditor}`)
  const more = { add_permissions: ['document:read', 'cardea.session:end'] }
  await does(200, `PATCH /admin/roles/${auditor}`, more)
  await does(200, `PATCH /admin/roles/${auditor}`, { remove_permissions: more.add_permissions })
  const user = await idOf('user')
  await does(200, `PATCH /admin/roles/${user}`, { permissions: ['document:read@own'] })
  await does(200, `PATCH /admin/roles/${user}`, { permissions: [] })
  await does(409, `PATCH /admin/roles/${user}`, { name: 'member' })
  const child = await does(400, 'POST /admin/roles', { name: 'heir', parents: ['owner'] })
  assert.deepEqual(pointers(child), ['/parents'])
})

test('a role in use is deleted only when that is said', async () => {
  const id = await role({ name: 'used', permissions: ['document:publish'] })
  const child = await role({ name: 'used.child', parents: ['used'] })
  const user = await server.user()
  await does(201, 'POST /admin/assignments', {
    role: 'used.child',
    subject: { type: 'user', id: user.id },
  })
  const refused = await does(409, `DELETE /admin/roles/${id}`)
  assert.equal(refused.body.errors[0].detail, 'is needed: 0 have the role, and 1 roles build on it')
  assert.equal(await may(user.id, 'publish'), true)
  await does(204, `DELETE /admin/roles/${id}?force=true`)
  assert.equal(await may(user.id, 'publish'), false)
  assert.equal((await does(200, `GET /admin/roles/${child}`)).headers.get('etag'), '"2"')
})

test('a role that the policy of second factors names keeps its name and stays', async () => {
  const id = await role({ name: 'signatory' })
  await setPolicy(server, { roles: { signatory: 'required' } })
  const renamed = await does(409, `PATCH /admin/roles/${id}`, { name: 'signer' })
  const deleted = await does(409, `DELETE /admin/roles/${id}?force=true`)
  assert.deepEqual([renamed.body.code, deleted.body.code], ['role_in_policy', 'role_in_policy'])
  await does(200, `PATCH /admin/roles/${id}`, { name: 'signatory', description: 'Signs' })
  await setPolicy(server, { roles: {} })
  await does(200, `PATCH /admin/roles/${id}`, { name: 'signer' })
})

test('a group gives its roles to its members, and takes them when they leave', async () => {
  const made = await does(201, 'POST /admin/groups', { name: 'sales', description: 'Sells' })
  await does(409, 'POST /admin/groups', { name: 'sales' })
  await does(400, 'POST /admin/groups', { name: 'Sales Team' })
  const group = `/admin/groups/${made.body.id}`
  await role({ name: 'seller', permissions: ['document:read'] })
  await does(201, 'POST /admin/assignments', {
    role: 'seller',
    subject: { type: 'group', id: made.body.id },
  })
  const users = await Promise.all([server.user(), server.user(), server.user()])
  const [a, b, c] = users.map(({ id }) => id)
  const changed = await does(200, `PATCH ${group}/members`, { add: [a, b, a] })
  assert.deepEqual(new Set(changed.body.added), new Set([a, b]))
  await does(204, `PUT ${group}/members/${c}`)
  await does(204, `PUT ${group}/members/${c}`)
  assert.deepEqual(await Promise.all(users.map(({ id }) => may(id, 'read'))), [true, true, true])
  const nobody = '01960d2c-7c00-7000-8000-0000000000aa'
  const refused = await does(400, `PATCH ${group}/members`, { add: [a, nobody], remove: [b] })
  assert.deepEqual(pointers(refused), ['/add/1'])
  await does(404, `PUT ${group}/members/${nobody}`)
  const first = await does(200, `GET ${group}/members?limit=2`)
  const rest = await does(200, `GET ${group}/members?limit=2&after=${first.body.next}`)
  const paged = [...first.body.items, ...rest.body.items].map(({ user_id: id }) => id)
  assert.deepEqual(new Set(paged), new Set([a, b, c]))
  const groups = await does(200, `GET /admin/users/${a}/groups`)
  assert.deepEqual(groups.body.items, [made.body])
  await does(200, `PATCH ${group}/members`, { remove: [a, nobody] })
  assert.equal(await may(users[0].id, 'read'), false)
  await does(204, `DELETE ${group}/members/${b}`)
  assert.equal(await may(users[1].id, 'read'), false)
  const renamed = await does(200, `PATCH ${group}`, { name: 'sales.europe' })
  assert.equal(renamed.headers.get('etag'), '"2"')
  assert.equal((await owner.send(`DELETE ${group}`, undefined, { 'if-match': '"1"' })).status, 412)
  await does(204, `DELETE ${group}`)
  assert.equal(await may(users[2].id, 'read'), false)
  const log = await entries('group.change_members')
  assert.deepEqual(log.at(-1)?.details, { name: 'sales', added: [], removed: [b] })
})

test('an assignment may be limited to a thing, to a beginning of ids and to a period', async () => {
  await role({ name: 'reviewer', permissions: ['document:read'] })
  const user = await server.user()
  const subject = { type: 'user', id: user.id }
  const give = (limits: object) =>
    owner.send('POST /admin/assignments', { role: 'reviewer', subject, ...limits })
  const one = await give({ resource: 'document:42' })
  assert.equal(one.status, 201)
  assert.equal(one.body.resource, 'document:42')
  await give({ resource: 'document:2024-*' })
  await give({ resource: 'document:7', starts_at: '2100-01-01T00:00:00Z' })
  const ids = ['42', '43', '2024-5', '7']
  const answers = await Promise.all(ids.map((id) => may(user.id, 'read', id)))
  assert.deepEqual(answers, [true, false, true, false])
  const wrong: [limits: object, pointer: string][] = [
    [{ resource: 'document' }, '/resource'],
    [{ resource: 'docu*:1' }, '/resource'],
    [{ ends_at: '2020-01-01T00:00:00Z' }, '/ends_at'],
    [{ starts_at: '2100-01-01T00:00:00Z', ends_at: '2099-01-01T00:00:00Z' }, '/ends_at'],
    [{ role: 'emperor' }, '/role'],
    [{ subject: { type: 'user', id: 'mira' } }, '/subject/id'],
    [{ subject: { type: 'client', id: 'c_none' } }, '/subject/id'],
    [{ role: 'owner', resource: 'document:1' }, '/resource'],
    [{ role: 'owner', ends_at: '2100-01-01T00:00:00Z' }, '/ends_at'],
  ]
  for (const [limits, pointer] of wrong) {
    const refused = await give(limits)
    assert.equal(refused.status, 400, JSON.stringify(limits))
    assert.deepEqual(pointers(refused), [pointer])
  }
  const listed = await does(200, `GET /admin/assignments?user_id=${user.id}`)
  assert.equal(listed.body.items.length, 3)
  const narrowed = await does(200, `GET /admin/assignments?user_id=${user.id}&resource=document:42`)
  assert.deepEqual(narrowed.body.items, [one.body])
  const byThing = await does(200, 'GET /admin/assignments?resource=document:42')
  assert.deepEqual(byThing.body.items, [one.body])
  const roleId = one.body.role.id
  const byRole = await does(200, `GET /admin/assignments?role_id=${roleId}&limit=2`)
  const rest = await does(200, `GET /admin/assignments?role_id=${roleId}&after=${byRole.body.next}`)
  assert.equal(byRole.body.items.length + rest.body.items.length, 3)
  await does(400, `GET /admin/assignments?user_id=${user.id}&client_id=c_1`)
  assert.deepEqual((await does(200, `GET /admin/assignments/${one.body.id}`)).body, one.body)
  await does(204, `DELETE /admin/assignments/${one.body.id}`)
  assert.equal(await may(user.id, 'read', '42'), false)
  await does(404, `DELETE /admin/assignments/${one.body.id}`)
})

test('the same role given twice is one assignment, and ended once, however many try', async () => {
  await role({ name: 'single', permissions: ['document:read'] })
  const client = await server.client()
  const input = {
    role: 'single',
    subject: { type: 'client', id: client.id },
    resource: 'document:1',
    ends_at: '2100-01-01T00:00:00Z',
  }
  const given = await Promise.all(
    Array.from({ length: 50 }, () => owner.send('POST /admin/assignments', input)),
  )
  const statuses = given.map(({ status }) => status)
  assert.equal(statuses.filter((status) => status === 201).length, 1)
  assert.equal(statuses.filter((status) => status === 200).length, 49)
  assert.equal(new Set(given.map(({ body }) => body.id)).size, 1)
  const log = (await entries('role.assign')).filter(({ resource }) =>
    resource.startsWith('client:'),
  )
  assert.equal(log.length, 1)
  assert.equal(log[0]?.details.role, 'single')
  const path = `DELETE /admin/assignments/${given[0]?.body.id}`
  const ended = await Promise.all(Array.from({ length: 50 }, () => owner.send(path)))
  assert.equal(ended.filter(({ status }) => status === 204).length, 1)
  assert.equal(ended.filter(({ status }) => status === 404).length, 49)
})

test('what somebody has in the end is shown with where each of it comes from', async () => {
  await role({ name: 'base', permissions: ['document:read'] })
  await role({ name: 'chief', parents: ['base'], permissions: ['document:publish'] })
  const group = (await does(201, 'POST /admin/groups', { name: 'chiefs' })).body
  const person = await administrator(server)
  const { id } = person.user
  await does(204, `PUT /admin/groups/${group.id}/members/${id}`)
  const limits = { resource: 'document:2024-*', ends_at: '2100-01-01T00:00:00.000Z' }
  const subject = { type: 'group', id: group.id }
  const given = await does(201, 'POST /admin/assignments', { role: 'chief', subject, ...limits })
  const mine = { role: 'base', subject: { type: 'user', id } }
  await does(201, 'POST /admin/assignments', mine)
  const { body } = await does(200, `GET /admin/users/${id}/roles`)
  assert.equal(body.truncated, false)
  const source = {
    given_role: 'chief',
    assignment_id: given.body.id,
    group: { id: group.id, name: 'chiefs' },
    ...limits,
    starts_at: null,
    in_force: true,
  }
  const names = body.roles.map(({ name, given_role: from }: Record<string, string>) => [name, from])
  assert.deepEqual(names.toSorted(), [
    ['base', 'base'],
    ['base', 'chief'],
    ['chief', 'chief'],
  ])
  const { body: effective } = await does(200, `GET /admin/users/${id}/permissions`)
  const inherited = effective.permissions.find(
    (one: Record<string, unknown>) =>
      one.permission === 'document:read' && one.given_role === 'chief',
  )
  assert.deepEqual(inherited, { permission: 'document:read', defined_by: 'base', ...source })
  const own = await person.send('GET /users/me/permissions')
  assert.deepEqual(own.body, {
    roles: ['base'],
    permissions: ['document:read'],
    limited: [
      { permission: 'document:publish', resource: limits.resource, ends_at: limits.ends_at },
      { permission: 'document:read', resource: limits.resource, ends_at: limits.ends_at },
    ],
    truncated: false,
  })
  const tag = own.headers.get('etag') ?? ''
  const same = await person.send('GET /users/me/permissions', undefined, { 'if-none-match': tag })
  assert.equal(same.status, 304)
  const packed = { 'if-none-match': `"other", W/${tag}` }
  assert.equal((await person.send('GET /users/me/permissions', undefined, packed)).status, 304)
  await does(204, `DELETE /admin/assignments/${given.body.id}`)
  const less = await person.send('GET /users/me/permissions', undefined, { 'if-none-match': tag })
  assert.deepEqual([less.status, less.body.limited], [200, []])
  await does(404, 'GET /admin/users/01960d2c-7c00-7000-8000-0000000000aa/roles')
})

test('a client and an API key see what they may do, the key no more than its scopes', async () => {
  const service = await machine(server, 'authorizer')
  const ask = (token: string) =>
    postJson(`${server.url}/api/v1/users/me/permissions`, undefined, { method: 'GET', token })
  const { body: ofClient } = await ask(service.token)
  assert.deepEqual(ofClient.permissions, ['cardea.decision:evaluate', 'cardea.decision:search'])
  await role({ name: 'keyholder', permissions: ['document:*', '*:read@own', 'cardea.role:read'] })
  const person = await administrator(server, 'keyholder')
  const scopes = ['document:read', 'cardea.role:read']
  const key = await person.send('POST /users/me/api-keys', { name: 'Backup', scopes })
  assert.equal(key.status, 201, JSON.stringify(key.body))
  const { body: ofKey } = await ask(key.body.key)
  assert.deepEqual(ofKey.permissions, [
    'cardea.role:read',
    'cardea.role:read@own',
    'document:read',
    'document:read@own',
  ])
  assert.equal((await ask('nonsense')).status, 401)
})
