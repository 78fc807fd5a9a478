import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client } from 'pg'
import { assignRole } from '../../src/access/index.ts'
import { manualClock } from '../../src/base/index.ts'
import { migrateUp, sql } from '../../src/db/index.ts'
import { postJson } from '../harness/json.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const path = '/api/v1/admin/users'
const crowd = 13_000
let server: TestServer
let token: string

before(async () => {
  server = await testServer({ clock, env: { CARDEA_SESSION_API_ACCESS_LIFETIME: '1d' } })
  const root = await server.user({ username: 'root', profile: { name: 'Roots' } })
  await assignRole(server.app.db, root.id, 'owner', clock.now())
  const login = { identifier: 'root', password: root.password }
  token = (await postJson(`${server.url}/api/v1/auth/login`, login)).body.access_token
  await fillUp()
})
after(() => server?.close())

/** Many people of common names and a few of rare ones. */
async function fillUp(): Promise<void> {
  const { db } = server.app
  await db.run({
    name: 'crowd',
    text: `INSERT INTO users (id, username, username_key, email, email_key, email_verified, is_active, delete_after, profile, created_at, updated_at)
      SELECT gen_random_uuid(), n, n, n || '@example.com', n || '@example.com', i % 10 > 0, i % 100 > 1,
        CASE WHEN i % 100 = 1 THEN t + interval '90 years' END, jsonb_build_object('name', 'Person No ' || i), t, t
      FROM (SELECT i, 'person-' || lpad(i::text, 6, '0') AS n, '2020-01-01'::timestamptz + (i / 3) * interval '1 minute' AS t
        FROM generate_series(1, ${crowd}) i) made`,
    values: [],
  })
  await server.user({
    username: 'Élodie',
    email: 'elo@münchen.example',
    profile: { name: 'Ｅlodie Ångström' },
  })
  await server.user({ username: '100%_sure', profile: { name: 'Иван Петров' } })
  for (const statement of ['ANALYZE users', 'ANALYZE role_assignments', 'ANALYZE group_members'])
    await db.run({ name: statement, text: statement, values: [] })
  // What is known of the people as a whole is looked at every five minutes.
  clock.advance(600)
}

type Item = {
  readonly id: string
  readonly username: string
  readonly state: string
  readonly email: string
  readonly created_at: string
}

async function page(query: string) {
  const { status, body, headers } = await postJson(`${server.url}${path}?${query}`, undefined, {
    method: 'GET',
    token,
  })
  assert.equal(status, 200, JSON.stringify(body))
  return { items: body.items as Item[], next: body.next as string | null, headers }
}

/** Every page of a query. */
async function all(query: string): Promise<Item[]> {
  const items: Item[] = []
  let next: string | null = null
  do {
    const part = await page(query + (next === null ? '' : `&after=${next}`))
    items.push(...part.items)
    next = part.next
  } while (next !== null)
  return items
}

const names = (items: readonly Item[]) => items.map(({ username }) => username)

test('people are found by any part of username, address or name, however it is written', async () => {
  const asked: [q: string, found: string][] = [
    ['ELODIE', 'Élodie'],
    ['éLOD', 'Élodie'],
    ['angstr', 'Élodie'],
    ['münchen', 'Élodie'],
    ['munchen.ex', 'Élodie'],
    ['el', 'Élodie'],
    ['ｅlo@', 'Élodie'],
    ['петр', '100%_sure'],
    ['100%', '100%_sure'],
    ['0%_s', '100%_sure'],
    ['person-012345', 'person-012345'],
    ['n-012345@ex', 'person-012345'],
  ]
  for (const [q, found] of asked) {
    const { items } = await page(`q=${encodeURIComponent(q)}`)
    assert.deepEqual(names(items), [found], q)
  }
  for (const q of ['nobody here', '%%%', '\u0000x', '_____', 'lodie el']) {
    assert.deepEqual(names(await all(`q=${encodeURIComponent(q)}`)), [], q)
  }
  assert.equal((await page('q=elodie')).headers.get('search-manner'), 'substring')
  assert.equal((await page('q=el')).headers.get('search-manner'), 'prefix')
})

test('one or two letters count at the beginning only', async () => {
  assert.deepEqual(names(await all('q=ro&sort=username')), ['root'])
  assert.equal((await all('q=er&limit=200')).length, 0)
})

test('every order lists everybody once, page after page, with a link to the next', async () => {
  const ascending: [sort: string, of: (item: Item) => string][] = [
    ['username', ({ username }) => username.toLowerCase()],
    ['email', ({ email }) => email],
    ['created_at', ({ created_at }) => created_at],
    ['-created_at', ({ created_at }) => created_at],
  ]
  const everyone = await all('sort=username&limit=200')
  assert.equal(new Set(everyone.map(({ id }) => id)).size, crowd + 3)
  assert.equal(everyone.length, crowd + 3)
  for (const [sort, of] of ascending) {
    const items = await all(`sort=${sort}&limit=50&created_before=2020-01-01T02:00:00Z`)
    assert.equal(new Set(items.map(({ id }) => id)).size, 359, sort)
    assert.equal(items.length, 359, sort)
    const values = items.map(of)
    const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    if (sort !== 'email')
      assert.deepEqual(values, sort.startsWith('-') ? sorted.toReversed() : sorted)
  }
  const first = await page('sort=username&limit=2&q=person')
  const link = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
  const second = await postJson(link, undefined, { method: 'GET', token })
  assert.deepEqual(names(second.body.items), ['person-000003', 'person-000004'])
})

test('filters count together, and with a text', async () => {
  const { db } = server.app
  const now = clock.now()
  const people = await db.many<{ id: never }>(
    sql`SELECT id FROM users WHERE username LIKE 'person-0001__' ORDER BY id`,
  )
  for (const { id } of people.slice(0, 5)) await assignRole(db, id, 'support', now)
  const [, , , , , member] = people
  assert.ok(member)
  const group = '00000000-0000-7000-8000-00000000abcd'
  await db.run(
    sql`INSERT INTO groups (id, name, created_at, updated_at) VALUES (${group}, 'helpers', ${now}, ${now})`,
  )
  await db.run(
    sql`INSERT INTO group_members (group_id, user_id, created_at) VALUES (${group}, ${member.id}, ${now})`,
  )
  await db.run(sql`INSERT INTO role_assignments (role_id, group_id, created_at)
    SELECT id, ${group}, ${now} FROM roles WHERE name = 'support'`)
  await db.run(sql`INSERT INTO mfa_totp (id, user_id, name, sealed_secret, is_enabled, created_at)
    VALUES (${group}, ${member.id}, 'app', '', true, ${now})`)
  const expected: [query: string, count: number][] = [
    ['role=support', 6],
    ['role=nothing', 0],
    ['group=helpers', 1],
    [`group=${group}`, 1],
    ['group=others', 0],
    ['has_factor=true', 1],
    ['has_factor=false&q=n-00010', 10 - (await page('q=n-00010&has_factor=true')).items.length],
    ['role=support&has_factor=true', 1],
    ['role=support&has_factor=false&q=person', 5],
    ['state=deleting&q=n-0100', 1],
    ['state=deactivated&q=n-0100', 1],
    ['state=active&q=n-0100', 98],
    ['email_verified=false&q=n-0100', 10],
    ['created_before=2020-01-01T00:10:00Z&sort=username', 29],
    ['created_after=2020-01-01T00:10:00Z&created_before=2020-01-01T00:11:00Z', 3],
    ['created_after=2029-01-01T00:00:00%2B01:00', 3],
    ['state=deleting', crowd / 100],
  ]
  for (const [query, count] of expected) assert.equal((await all(query)).length, count, query)
})

test('a text that is everywhere is found without an index, and one that is nowhere ends the list', async () => {
  const { items, next } = await page('q=example.com&limit=10')
  assert.equal(items.length, 10)
  assert.ok(next)
  // Its letters are all common, so the list is read; the last page says that there is no more.
  assert.deepEqual(await all('q=mple.examp&limit=10'), [])
})

test('an order, a filter or a cursor that is not known is refused', async () => {
  const refused: [query: string, code: string][] = [
    ['sort=password_hash', 'invalid_request'],
    ['sort=-username', 'invalid_request'],
    ['nickname=x', 'invalid_request'],
    ['limit=201', 'invalid_request'],
    ['created_after=yesterday', 'invalid_request'],
    ['after=e30', 'invalid_cursor'],
    [`after=${(await page('sort=username&limit=1')).next}`, 'invalid_cursor'],
  ]
  for (const [query, code] of refused) {
    const { status, body } = await postJson(`${server.url}${path}?${query}`, undefined, {
      method: 'GET',
      token,
    })
    assert.equal(status, 400, query)
    assert.ok(code === 'invalid_request' || body.code === code, `${query}: ${body.code}`)
  }
})

test('merging is refused, with what to do instead', async () => {
  const { items } = await page('q=elodie')
  const { status, body } = await postJson(
    `${server.url}${path}/${items[0]?.id}/merge`,
    {},
    { token },
  )
  assert.equal(status, 409)
  assert.equal(body.code, 'merge_refused')
  assert.match(body.detail, /deactivate the other/)
})

test('the sessions of a user are listed and ended one by one', async () => {
  const user = await server.user({ username: 'sam' })
  const signIn = () =>
    postJson(`${server.url}/api/v1/auth/login`, { identifier: 'sam', password: user.password })
  await signIn()
  const { body } = await signIn()
  const get = { method: 'GET', token }
  const at = `${server.url}${path}/${user.id}/sessions`
  const before = await postJson(at, undefined, get)
  assert.equal(before.body.sessions.length, 2)
  assert.ok(
    before.body.sessions.every(
      ({ current, impersonated }: Record<string, boolean>) => !current && !impersonated,
    ),
  )
  const [{ id }] = before.body.sessions
  const end = await postJson(`${at}/${id}`, undefined, { method: 'DELETE', token })
  assert.equal(end.status, 204)
  assert.equal((await postJson(`${at}/${id}`, undefined, { method: 'DELETE', token })).status, 404)
  assert.equal((await postJson(at, undefined, get)).body.sessions.length, 1)
  const refused = await postJson(at, undefined, { method: 'GET', token: body.access_token })
  assert.ok([401, 403].includes(refused.status))
  const entry = await server.app.db.maybe<{ actor: string }>(
    sql`SELECT actor FROM audit_log WHERE action = 'session.end' AND resource = ${`session:${id}`}`,
  )
  assert.notEqual(entry?.actor, `user:${user.id}`)
})

test('without pg_trgm people are found by how a text begins', async () => {
  const { db } = server.app
  const run = (text: string) => db.run({ name: text.slice(0, 40), text, values: [] })
  await run('DROP INDEX users_by_search')
  await run(`CREATE INDEX users_by_name ON users (search_key(profile ->> 'name') COLLATE "C", id)`)
  await run('ANALYZE users')
  clock.advance(600)
  const found = async (q: string) => names(await all(`q=${encodeURIComponent(q)}&limit=200`))
  assert.deepEqual(await found('erson-0123'), [])

  assert.equal((await page('q=elodie')).headers.get('search-manner'), 'prefix')
  assert.deepEqual(await found('lodie'), [])
  assert.deepEqual(await found('elodie ang'), ['Élodie'])
  assert.deepEqual(await found('elo@'), ['Élodie'])
  assert.deepEqual(await found('person-000017'), ['person-000017'])
  assert.equal((await found('person-0100')).length, 100)
})

test('the migration goes on where pg_trgm may not be created', async () => {
  const on = (name: string) => server.databaseUrl.replace(/^([a-z]+:\/\/[^/]*\/)[^?]*/, `$1${name}`)
  const name = `cardea_plain_${process.pid}`
  const admin = new Client({ connectionString: server.databaseUrl })
  await admin.connect()
  try {
    await admin.query(`CREATE DATABASE ${name}`)
    await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'plain'`)
    const inside = new Client({ connectionString: on(name) })
    await inside.connect()
    await inside.query(`GRANT ALL ON SCHEMA public TO ${name}`)
    await migrateUp(on(name).replace(/\/\/[^@]*@/, `//${name}:plain@`))
    const found = `SELECT to_regclass('users_by_search') AS search, to_regclass('users_by_name')::text AS name`
    assert.deepEqual((await inside.query(found)).rows, [{ search: null, name: 'users_by_name' }])
    await inside.end()
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    await admin.query(`DROP ROLE IF EXISTS ${name}`)
    await admin.end()
  }
})
