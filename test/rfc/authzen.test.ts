import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Machine } from '../harness/access.ts'
import { addGroup, addRole, give, machine } from '../harness/access.ts'
import { postJson } from '../harness/json.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { apiLogin } from '../harness/signed-in.ts'

/**
 * OpenID AuthZEN Authorization API 1.0, by its sections, with the fixture of its certification scenario:
 * alice may read and write record-1, bob may read record-1 and write record-2.
 */
let server: TestServer
let pep: Machine
let alice: TestUser
let bob: TestUser

before(async () => {
  server = await testServer()
  const { db } = server.app
  alice = await server.user({ username: 'alice' })
  bob = await server.user({ username: 'bob' })
  await addRole(db, 'record-reader', ['record:read'])
  await addRole(db, 'record-writer', ['record:write'], ['record-reader'])
  await give(db, { user: alice.id }, 'record-writer', { limit: 'record:record-1' })
  await give(db, { user: bob.id }, 'record-reader', { limit: 'record:record-1' })
  await give(db, { user: bob.id }, 'record-writer', { limit: 'record:record-2' })
  pep = await machine(server, 'authorizer')
})
after(() => server?.close())

const ask = (path: string, body: object, options: Parameters<typeof postJson>[2] = {}) =>
  postJson(`${server.url}/access/v1/${path}`, body, { token: pep.token, ...options })
const user = ({ id }: { readonly id: string }) => ({ type: 'user', id })
const record = (id: string, properties?: object) => ({
  type: 'record',
  id,
  ...(properties && { properties }),
})
const question = (who: TestUser, name: string, id: string, extra: object = {}) => ({
  subject: user(who),
  action: { name },
  resource: record(id),
  ...extra,
})
const decisions = (body: { readonly evaluations: readonly { readonly decision: boolean }[] }) =>
  body.evaluations.map(({ decision }) => decision)

test('AuthZEN §6, certification 2.2: a question is answered with a decision, whatever else it says', async () => {
  const context = { time: '2025-06-27T18:03-07:00', ip: '192.168.1.1' }
  const chatty = {
    subject: { ...user(alice), properties: { department: 'Sales', role: 'manager' } },
    action: { name: 'read', properties: { method: 'GET' } },
    resource: record('record-1', { status: 'active', owner: 'bob' }),
  }
  const unknown = { foo: 'bar', futureField: { nested: true } }
  const expected: [object, boolean][] = [
    [question(alice, 'read', 'record-1'), true],
    [question(alice, 'write', 'record-1'), true],
    [question(bob, 'read', 'record-1'), true],
    [question(bob, 'write', 'record-1'), false],
    [question(alice, 'read', 'record-1', { context }), true],
    [chatty, true],
    [question(alice, 'read', 'record-1', unknown), true],
    [question(alice, 'read', 'record-1'), true],
  ]
  for (const [body, decision] of expected) {
    const answer = await ask('evaluation', body)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
    assert.equal(answer.body.decision, decision, JSON.stringify(body))
    assert.equal(typeof answer.body.context, 'object')
  }
})

test('Certification 1.4 rules 5 and 6 hold by limits of roles; rules on properties other than the owner are not ours', async () => {
  const archived = { status: 'archived' }
  const write = (who: TestUser, properties: object) => ({
    subject: { ...user(who), properties },
    action: { name: 'write' },
    resource: record('record-2', archived),
  })
  assert.equal((await ask('evaluation', write(alice, {}))).body.decision, false)
  assert.equal((await ask('evaluation', write(bob, { role: 'admin' }))).body.decision, true)
  for (const soft of [true, false]) {
    const action = { name: 'delete', properties: { soft } }
    const body = { subject: user(alice), action, resource: record('record-1') }
    assert.equal((await ask('evaluation', body)).body.decision, false)
  }
})

test('AuthZEN §10.1.2, certification 2.4: what cannot be understood is refused with 400', async () => {
  const good = question(alice, 'read', 'record-1')
  const { subject, action, resource } = good
  const bad: object[] = [
    { action, resource },
    { subject, resource },
    { subject, action },
    { ...good, subject: { id: alice.id } },
    { ...good, subject: { type: 'user' } },
    { ...good, action: {} },
    { ...good, resource: { id: 'record-1' } },
    { ...good, resource: { type: 'record' } },
    { ...good, subject: 'alice' },
    { ...good, action: { name: 123 } },
    { ...good, subject: { ...subject, properties: 'x' } },
    { ...good, context: [] },
    { ...good, resource: { type: 'record', id: 'x'.repeat(1025) } },
    [],
  ]
  for (const path of ['evaluation', 'evaluations']) {
    for (const body of bad) {
      const loose = path === 'evaluations' && JSON.stringify(body).includes('"properties":"x"')
      const answer = await ask(path, body)
      assert.equal(answer.status, loose ? 200 : 400, `${path} ${JSON.stringify(body)}`)
      if (!loose) assert.equal(answer.body.code, 'invalid_request')
    }
  }
  const raw = async (body: string | undefined, type?: string) => {
    const response = await fetch(`${server.url}/access/v1/evaluation`, {
      method: 'POST',
      headers: { authorization: `Bearer ${pep.token}`, ...(type && { 'content-type': type }) },
      ...(body !== undefined && { body }),
    })
    await response.arrayBuffer()
    return response.status
  }
  assert.equal(await raw('{', 'application/json'), 400)
  assert.equal(await raw('', 'application/json'), 400)
  assert.equal(await raw(undefined), 400)
  assert.equal(await raw(JSON.stringify(good), 'text/plain'), 400)
  assert.equal(await raw(JSON.stringify(good), 'application/x-www-form-urlencoded'), 400)
  assert.equal(
    await raw(JSON.stringify({ ...good, padding: 'x'.repeat(600_000) }), 'application/json'),
    413,
  )
})

test('what is not there is told as a problem, too', async () => {
  const answer = await ask('nothing', {})
  assert.equal(answer.status, 404)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
})

test('AuthZEN §10.1.3: the id of a request comes back, in refusals too', async () => {
  const id = `pep/${randomUUID()} x=1`
  const headers = { 'x-request-id': id }
  const good = question(alice, 'read', 'record-1')
  for (const [body, options] of [
    [good, {}],
    [{}, {}],
    [good, { token: 'nonsense' }],
  ] as const) {
    const answer = await ask('evaluation', body, { headers, ...options })
    assert.equal(answer.headers.get('x-request-id'), id)
  }
  assert.ok((await ask('evaluation', good)).headers.get('x-request-id'))
})

test('AuthZEN §7: many questions take what they lack from the defaults and are answered in their order', async () => {
  const reads = await ask('evaluations', {
    subject: user(alice),
    action: { name: 'read' },
    context: { time: '2025-06-27T18:03-07:00' },
    evaluations: [
      { resource: record('record-1') },
      { resource: record('record-2'), context: { source: 'batch' } },
    ],
  })
  assert.equal(reads.status, 200)
  assert.deepEqual(decisions(reads.body), [true, false])
  assert.ok(!('decision' in reads.body))
  const ofBob = await ask('evaluations', {
    subject: user(bob),
    resource: record('record-1'),
    evaluations: [{ action: { name: 'read' } }, { action: { name: 'write' } }],
  })
  assert.deepEqual(decisions(ofBob.body), [true, false])
  const whole = await ask('evaluations', {
    evaluations: [question(alice, 'read', 'record-1'), question(bob, 'write', 'record-1')],
  })
  assert.deepEqual(decisions(whole.body), [true, false])
  const bySubject = await ask('evaluations', {
    action: { name: 'write' },
    resource: record('record-2', { status: 'archived' }),
    evaluations: [{ subject: user(alice) }, { subject: user(bob) }],
  })
  assert.deepEqual(decisions(bySubject.body), [false, true])
  const merged = await ask('evaluations', {
    subject: user(alice),
    action: { name: 'write' },
    resource: { type: 'record' },
    evaluations: [
      { resource: { id: 'record-1', properties: { status: 'active' } } },
      { resource: record('record-2', { status: 'archived' }) },
    ],
  })
  assert.deepEqual(decisions(merged.body), [true, false])
})

test('AuthZEN §7.1: without questions in it, a request for many is a question itself', async () => {
  for (const extra of [{}, { evaluations: [] }]) {
    const answer = await ask('evaluations', question(alice, 'read', 'record-1', extra))
    assert.equal(answer.status, 200)
    assert.equal(answer.body.decision, true)
  }
})

test('AuthZEN §7.1.2.1: the answers end at the first that decides, where that is asked for', async () => {
  const evaluations = ['record-1', 'record-2', 'record-1'].map((id) => ({ resource: record(id) }))
  const many = async (evaluations_semantic: string, questions = evaluations) => {
    const subject = user(alice)
    const options = { evaluations_semantic, another_option: 'value' }
    const body = { subject, action: { name: 'read' }, options, evaluations: questions }
    return ask('evaluations', body)
  }
  assert.deepEqual(decisions((await many('execute_all')).body), [true, false, true])
  assert.deepEqual(decisions((await many('deny_on_first_deny')).body), [true, false])
  assert.deepEqual(decisions((await many('permit_on_first_permit')).body), [true])
  const turned = evaluations.toReversed().slice(1)
  assert.deepEqual(decisions((await many('permit_on_first_permit', turned)).body), [false, true])
  assert.equal((await many('whatever')).status, 400)
})

test('AuthZEN §7.2.1: a question that cannot be understood is denied and says so; too many are refused', async () => {
  const base = { subject: user(alice), action: { name: 'read' } }
  const one = { resource: record('record-1') }
  const answer = await ask('evaluations', { ...base, evaluations: [one, {}, one] })
  assert.equal(answer.status, 200)
  assert.deepEqual(decisions(answer.body), [true, false, true])
  assert.equal(answer.body.evaluations[1].context.error.status, 400)
  assert.match(answer.body.evaluations[1].context.error.message, /\/resource\/type/)
  const many = (count: number) => ({
    ...base,
    evaluations: Array.from({ length: count }, () => one),
  })
  assert.equal((await ask('evaluations', many(200))).body.evaluations.length, 200)
  assert.equal((await ask('evaluations', many(201))).status, 400)
  assert.equal((await ask('evaluations', { ...base, evaluations: ['x'] })).status, 400)
})

test('AuthZEN §8.4: who may do something is found, page by page', async () => {
  const search = (name: string, id: string, extra: object = {}) =>
    ask('search/subject', {
      subject: { type: 'user', id: 'ignored' },
      action: { name },
      resource: record(id),
      ...extra,
    })
  const all = await search('read', 'record-1', { context: { ip: '::1' } })
  assert.equal(all.status, 200, JSON.stringify(all.body))
  const ids = (body: typeof all.body) => body.results.map((one: { id: string }) => one.id)
  assert.deepEqual(ids(all.body), [alice.id, bob.id])
  assert.deepEqual(all.body.results[0], { type: 'user', id: alice.id })
  assert.equal(all.body.page.next_token, '')
  assert.deepEqual(ids((await search('write', 'record-2')).body), [bob.id])
  const first = await search('read', 'record-1', { page: { limit: 1 } })
  assert.deepEqual(ids(first.body), [alice.id])
  const token: string = first.body.page.next_token
  assert.notEqual(token, '')
  const second = await search('read', 'record-1', { page: { token } })
  assert.deepEqual(ids(second.body), [bob.id])
  assert.equal(second.body.page.next_token, '')
  assert.equal((await search('write', 'record-1', { page: { token } })).status, 400)
  assert.equal((await search('read', 'record-1', { page: { token, limit: 2 } })).status, 400)
  for (const broken of ['x', 'W10', Buffer.from('["a","b",1]').toString('base64url')])
    assert.equal((await search('read', 'record-1', { page: { token: broken } })).status, 400)
  const none = await search('read', 'record-1', { page: { limit: 0 } })
  assert.deepEqual(none.body.results, [])
  assert.notEqual(none.body.page.next_token, '')
})

test('AuthZEN §8.5 and §8.6: resources and actions are found', async () => {
  const of = (who: TestUser) => ({ subject: user(who) })
  const resources = await ask('search/resource', {
    ...of(alice),
    action: { name: 'read' },
    resource: { type: 'record' },
  })
  assert.deepEqual(resources.body.results, [record('record-1')])
  assert.deepEqual(resources.body.context, { everything: false, patterns: [], own: false })
  const bobs = {
    ...of(bob),
    action: { name: 'write' },
    resource: { type: 'record', id: 'ignored' },
  }
  assert.deepEqual((await ask('search/resource', bobs)).body.results, [record('record-2')])
  const actions = await ask('search/action', { ...of(alice), resource: record('record-1') })
  assert.deepEqual(actions.body.results, [{ name: 'read' }, { name: 'write' }])
  const paged = { ...of(alice), resource: record('record-1'), page: { limit: 1 } }
  const { body } = await ask('search/action', paged)
  assert.deepEqual(body.results, [{ name: 'read' }])
  const next = { ...paged, page: { token: body.page.next_token } }
  assert.deepEqual((await ask('search/action', next)).body.results, [{ name: 'write' }])
})

test('Certification 4.6 and 4.7: nobody and nothing is an empty list, a gap in the question 400', async () => {
  const nobody = { type: 'user', id: 'nonexistent-user' }
  const empty: [string, object][] = [
    ['action', { subject: nobody, resource: record('record-1') }],
    [
      'subject',
      { subject: { type: 'spaceship' }, action: { name: 'read' }, resource: record('record-1') },
    ],
    [
      'subject',
      {
        subject: { type: 'user' },
        action: { name: 'read' },
        resource: { type: 'no such', id: '1' },
      },
    ],
    ['resource', { subject: nobody, action: { name: 'read' }, resource: { type: 'record' } }],
    [
      'resource',
      {
        subject: { type: 'spaceship', id: '1' },
        action: { name: 'read' },
        resource: { type: 'record' },
      },
    ],
    ['action', { subject: user(alice), resource: { type: 'a\u0000b', id: '\u0000' } }],
  ]
  for (const [what, body] of empty) {
    const answer = await ask(`search/${what}`, body)
    assert.equal(answer.status, 200, JSON.stringify([what, body, answer.body]))
    assert.deepEqual(answer.body.results, [])
  }
  const incomplete: [string, object][] = [
    ['subject', { subject: { type: 'user' }, resource: record('record-1') }],
    ['resource', { action: { name: 'read' }, resource: { type: 'record' } }],
    ['action', { subject: user(alice) }],
    [
      'subject',
      { subject: { type: 'user' }, action: { name: 'read' }, resource: { type: 'record' } },
    ],
    [
      'resource',
      { subject: { type: 'user' }, action: { name: 'read' }, resource: { type: 'record' } },
    ],
  ]
  for (const [what, body] of incomplete)
    assert.equal((await ask(`search/${what}`, body)).status, 400, JSON.stringify([what, body]))
})

test('AuthZEN §9: the decision point describes itself to everybody', async () => {
  const response = await fetch(`${server.url}/.well-known/authzen-configuration`)
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
  const base = server.config.publicUrl
  assert.deepEqual(await response.json(), {
    policy_decision_point: base,
    access_evaluation_endpoint: `${base}/access/v1/evaluation`,
    access_evaluations_endpoint: `${base}/access/v1/evaluations`,
    search_subject_endpoint: `${base}/access/v1/search/subject`,
    search_resource_endpoint: `${base}/access/v1/search/resource`,
    search_action_endpoint: `${base}/access/v1/search/action`,
  })
})

test('everybody asks about themselves, and about others only with the permission', async () => {
  const anonymous = await ask('evaluation', question(alice, 'read', 'record-1'), { token: 'x' })
  assert.equal(anonymous.status, 401)
  assert.match(anonymous.headers.get('www-authenticate') ?? '', /^Bearer/)
  const { access_token: token } = await apiLogin(server, alice)
  const mine = await ask('evaluation', question(alice, 'read', 'record-1'), { token })
  assert.equal(mine.body.decision, true)
  const own = { subject: user(alice), action: { name: 'read' }, resource: { type: 'record' } }
  assert.equal((await ask('search/resource', own, { token })).body.results.length, 1)
  const others = question(bob, 'read', 'record-1')
  const everybody = { ...others, subject: { type: 'user' } }
  const refused: [string, object][] = [
    ['evaluation', others],
    ['evaluation', { ...others, subject: { type: 'user', id: randomUUID() } }],
    ['evaluation', { ...others, subject: { type: 'user', id: alice.id.toUpperCase() } }],
    ['evaluations', { evaluations: [question(alice, 'read', 'record-1'), others] }],
    ['search/subject', everybody],
    ['search/resource', { ...own, subject: user(bob) }],
    ['search/action', { subject: user(bob), resource: record('record-1') }],
  ]
  for (const [path, body] of refused) {
    const answer = await ask(path, body, { token })
    assert.equal(answer.status, 403, path)
    assert.match(answer.headers.get('www-authenticate') ?? '', /insufficient_scope/)
  }
  const service = await machine(server)
  const itself = { ...others, subject: { type: 'client', id: service.id } }
  assert.equal((await ask('evaluation', itself, { token: service.token })).body.decision, false)
  assert.equal((await ask('evaluation', others, { token: service.token })).status, 403)
  const { db } = server.app
  const narrow = await machine(server, 'authorizer', { limit: 'cardea.decision:record' })
  const other = { ...others, resource: { type: 'invoice', id: '1' } }
  assert.equal((await ask('evaluation', others, { token: narrow.token })).status, 200)
  assert.equal((await ask('evaluation', other, { token: narrow.token })).status, 403)
  await give(db, { user: alice.id }, 'authorizer')
  server.app.access.changed()
  assert.equal((await ask('evaluation', others, { token })).body.decision, true)
})

test('an answer says why: the assignment, the role, its ancestor, the group and the limit', async () => {
  const { db } = server.app
  const carol = await server.user({ username: 'carol' })
  const group = await addGroup(db, 'Archive', [carol.id])
  const assignment_id = await give(db, { group }, 'record-writer', { limit: 'record:2026-*' })
  await addRole(db, 'record-keeper', ['record:keep@own'])
  const future = new Date(Date.now() + 3_600_000)
  const past = new Date(Date.now() - 3_600_000)
  await addRole(db, 'record-burner', ['record:burn'])
  await give(db, { user: carol.id }, 'record-burner', { from: future })
  await addRole(db, 'record-binder', ['record:bind'])
  await give(db, { user: carol.id }, 'record-binder', { until: past })
  await give(db, { user: carol.id }, 'record-keeper')
  server.app.access.changed()
  const reason = async (name: string, id: string, properties: object = {}) => {
    const body = { subject: user(carol), action: { name }, resource: record(id, properties) }
    const answer = await ask('evaluation', body)
    return { decision: answer.body.decision, ...answer.body.context.reason }
  }
  assert.deepEqual(await reason('read', '2026-7'), {
    decision: true,
    code: 'allowed',
    message: 'A role of the subject has this permission.',
    permission: 'record:read',
    assignment_id,
    role: 'record-writer',
    defined_by: 'record-reader',
    group: { id: group, name: 'Archive' },
    limit: 'record:2026-*',
  })
  const codes: [string, string, object, string][] = [
    ['read', '2025-7', {}, 'elsewhere'],
    ['burn', '1', {}, 'not_yet'],
    ['bind', '1', {}, 'over'],
    ['keep', '1', { owner: alice.id }, 'not_owner'],
    ['keep', '1', { owner: '' }, 'not_owner'],
    ['paint', '1', {}, 'no_permission'],
    ['keep@own', '1', {}, 'no_permission'],
  ]
  for (const [name, id, properties, code] of codes) {
    const found = await reason(name, id, properties)
    assert.deepEqual([found.decision, found.code, found.missing], [false, code, `record:${name}`])
  }
  for (const properties of [
    { owner: carol.id },
    { owner_id: 'CAROL@Example.com' },
    { ownerID: 'carol@example.com' },
    { ownerId: carol.id },
    { owner: 7, ownerID: carol.id },
  ]) {
    const found = await reason('keep', '1', properties)
    assert.deepEqual([found.decision, found.permission], [true, 'record:keep@own'])
  }
  const who = await ask('search/subject', {
    subject: { type: 'user' },
    action: { name: 'keep' },
    resource: record('1', { owner: 'carol@example.com' }),
  })
  assert.deepEqual(who.body.results, [user(carol)])
})

test('an answer about nobody is like one about somebody without rights, unless the caller may read users', async () => {
  const dora = await server.user({ username: 'dora' })
  const fallen = await server.user({ username: 'fallen' })
  await server.app.db.run({
    name: 'deactivate-fallen',
    text: 'UPDATE users SET is_active = false WHERE id = $1',
    values: [fallen.id],
  })
  const answers = []
  const strange = [
    "' OR 1=1 --",
    '../../etc/passwd',
    '\u0000',
    '\ud800',
    '𝒶lice',
    '*',
    'x'.repeat(1024),
  ]
  const subjects = [dora.id, fallen.id, randomUUID(), dora.id.toUpperCase(), ...strange]
  for (const id of subjects) {
    for (const type of ['user', 'client', 'robot']) {
      const body = { ...question(alice, 'read', 'record-1'), subject: { type, id } }
      const answer = await ask('evaluation', body)
      assert.equal(answer.status, 200, `${type} ${JSON.stringify(id)}`)
      answers.push(JSON.stringify(answer.body))
    }
  }
  assert.equal(new Set(answers).size, 1)
  const auditor = await machine(server, 'auditor')
  await give(server.app.db, { client: auditor.id }, 'authorizer')
  server.app.access.changed()
  const code = async (id: string) => {
    const body = { ...question(alice, 'read', 'record-1'), subject: { type: 'user', id } }
    return (await ask('evaluation', body, { token: auditor.token })).body.context.reason.code
  }
  assert.equal(await code(randomUUID()), 'unknown_subject')
  assert.equal(await code(fallen.id), 'inactive_subject')
  assert.equal(await code(dora.id), 'no_permission')
})

test('strange names of things are no way around a permission', async () => {
  const { db } = server.app
  const eve = await server.user({ username: 'eve' })
  await addRole(db, 'any-reader', ['*:read', 'record:write@own'])
  await give(db, { user: eve.id }, 'any-reader', { limit: 'a:b:c' })
  await give(db, { user: eve.id }, 'any-reader', { limit: 'record:{}"\'💾' })
  server.app.access.changed()
  const decide = async (type: string, id: string, name: string, properties = {}) => {
    const resource = { type, id, properties }
    return (await ask('evaluation', { subject: user(eve), action: { name }, resource })).body
      .decision
  }
  assert.equal(await decide('a', 'b:c', 'read'), true)
  assert.equal(await decide('record', '{}"\'💾', 'read'), true)
  for (const [type, id, name] of [
    ['a:b', 'c', 'read'],
    ['record', '{}"\'💾', 'write@own'],
    ['record', '{}"\'💾', '*'],
    ['*', '{}"\'💾', 'read'],
    ['record', '*', 'read'],
    ['record', "'; DROP TABLE roles; --", 'read'],
    ['__proto__', 'constructor', 'toString'],
  ] as const)
    assert.equal(await decide(type, id, name), false, `${type}:${id} ${name}`)
  const found = await ask('search/subject', {
    subject: { type: 'user' },
    action: { name: 'read' },
    resource: { type: 'record', id: '{}"\'💾' },
  })
  assert.deepEqual(found.body.results, [user(eve)])
})

test('an API key asks about its owner, and about others within its scopes only; decisions are counted', async () => {
  const uma = await server.user({ username: 'uma' })
  await give(server.app.db, { user: uma.id }, 'authorizer')
  server.app.access.changed()
  const { access_token: token } = await apiLogin(server, uma)
  const keyWith = async (scopes: string[]): Promise<string> => {
    const address = `${server.url}/api/v1/users/me/api-keys`
    const made = await postJson(address, { name: scopes.join(), scopes }, { token })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    return made.body.key
  }
  const others = question(bob, 'read', 'record-1')
  const narrow = { token: await keyWith(['cardea.decision:search']) }
  assert.equal((await ask('evaluation', question(uma, 'read', 'x'), narrow)).body.decision, false)
  assert.equal((await ask('evaluation', others, narrow)).status, 403)
  const wide = { token: await keyWith(['cardea.decision:evaluate']) }
  assert.equal((await ask('evaluation', others, wide)).body.decision, true)
  const { body } = await server.app.metrics.render()
  for (const outcome of ['allowed', 'denied', 'error'])
    assert.match(body, new RegExp(`cardea_decisions_total\\{outcome="${outcome}"\\} [1-9]`))
  assert.match(body, /cardea_access_cache_total\{event="hit"\} [1-9]/)
})
