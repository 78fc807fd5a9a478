import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assignRole } from '../../src/access/index.ts'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { postJson } from '../harness/json.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const users = '/api/v1/admin/users'
const clients = '/api/v1/admin/clients'
let server: TestServer
let ada: string
let eve: string

before(async () => {
  server = await testServer({ clock })
  ada = await owner('ada')
  eve = await owner('eve')
})
after(() => server?.close())

async function owner(username: string): Promise<string> {
  const user = await server.user({ username })
  await assignRole(server.app.db, user.id, 'owner', clock.now())
  return logIn(username, user.password)
}

async function logIn(identifier: string, password: string): Promise<string> {
  const body = { identifier, password }
  return (await postJson(`${server.url}/api/v1/auth/login`, body)).body.access_token
}

const send = (path: string, body: object | undefined, key?: string, token = ada) =>
  postJson(server.url + path, body, {
    token,
    headers: key === undefined ? {} : { 'idempotency-key': key },
  })

const count = async (name: string) =>
  (
    await server.app.db.maybe<{ n: number }>(
      sql`SELECT count(*)::int AS n FROM clients WHERE name = ${name}`,
    )
  )?.n

const redirect_uris = ['https://app.example.com/callback']

test('a repeated POST gets the first answer, with its secret, and makes nothing', async () => {
  const body = { client_name: 'Once', redirect_uris }
  const first = await send(clients, body, 'key-1')
  const again = await send(clients, body, '"key-1"')
  assert.equal(first.status, 201)
  assert.equal(first.headers.get('idempotency-replayed'), null)
  assert.equal(again.status, 201)
  assert.deepEqual(again.body, first.body)
  assert.ok(first.body.client_secret)
  assert.equal(again.headers.get('idempotency-replayed'), 'true')
  assert.equal(again.headers.get('content-type'), first.headers.get('content-type'))
  assert.equal(await count('Once'), 1)
})

test('the ETag of the first answer is said again, and the secret is not kept in clear', async () => {
  const first = await send(users, { username: 'ben' }, 'key-2')
  const again = await send(users, { username: 'ben' }, 'key-2')
  assert.deepEqual(again.body, first.body)
  assert.equal(again.headers.get('etag'), first.headers.get('etag'))
  const rows = await server.app.db.many<{ answer: string }>(
    sql`SELECT answer FROM idempotency_keys WHERE answer IS NOT NULL`,
  )
  assert.ok(rows.length >= 2)
  for (const { answer } of rows) assert.match(answer, /^v1\.[\w-]+\.[\w-]+\.[\w-]+$/)
})

test('50 parallel requests with one key make one thing', async () => {
  const body = { client_name: 'Race', redirect_uris }
  const answers = await Promise.all(Array.from({ length: 50 }, () => send(clients, body, 'race')))
  const made = answers.filter(({ status }) => status === 201)
  assert.ok(made.length >= 1)
  assert.equal(new Set(made.map((it) => it.body.client_id)).size, 1)
  for (const { status, body: problem, headers } of answers) {
    if (status === 201) continue
    assert.equal(status, 409)
    assert.equal(problem.code, 'idempotency_in_progress')
    assert.equal(headers.get('retry-after'), '1')
  }
  assert.equal(await count('Race'), 1)
})

test('a key belongs to one request: another body or address is refused', async () => {
  await send(clients, { client_name: 'First', redirect_uris }, 'key-3')
  const other = await send(clients, { client_name: 'Second', redirect_uris }, 'key-3')
  assert.equal(other.status, 422)
  assert.equal(other.body.code, 'idempotency_key_reused')
  const elsewhere = await send(users, { username: 'key3' }, 'key-3')
  assert.equal(elsewhere.body.code, 'idempotency_key_reused')
  assert.equal(await count('Second'), 0)
})

test('a key belongs to one caller: another one with the same key is another request', async () => {
  const body = { client_name: 'Callers', redirect_uris }
  const mine = await send(clients, body, 'key-4')
  const theirs = await send(clients, body, 'key-4', eve)
  assert.equal(theirs.status, 201)
  assert.notEqual(theirs.body.client_id, mine.body.client_id)
})

test('a refusal is an outcome too; one that the body never got past is not', async () => {
  await server.user({ username: 'taken' })
  const first = await send(users, { username: 'taken' }, 'key-5')
  assert.equal(first.body.code, 'username_taken')
  const again = await send(users, { username: 'taken' }, 'key-5')
  assert.equal(again.headers.get('idempotency-replayed'), 'true')
  assert.equal(again.headers.get('content-type'), 'application/problem+json')
  assert.deepEqual(again.body, first.body)
  assert.equal((await send(users, { user: 'wrong' }, 'key-6')).status, 400)
  assert.equal((await send(users, { username: 'right' }, 'key-6')).status, 201)
})

test('a repeated request needs the rights of the first one', async () => {
  const person = await server.user({ username: 'former' })
  await assignRole(server.app.db, person.id, 'owner', clock.now())
  const token = await logIn('former', person.password)
  const body = { client_name: 'Former', redirect_uris }
  assert.equal((await send(clients, body, 'key-7', token)).status, 201)
  await postJson(`${server.url}${users}/${person.id}/end-sessions`, undefined, { token: ada })
  assert.equal((await send(clients, body, 'key-7', token)).status, 401)
})

test('a request that never came to an end may be repeated after its lease', async () => {
  const body = { client_name: 'Crash', redirect_uris }
  await send(clients, body, 'key-8')
  await server.app.db.run(sql`
    UPDATE idempotency_keys SET status = NULL, answer = NULL
    WHERE lease_until = (SELECT max(lease_until) FROM idempotency_keys)`)
  const early = await send(clients, body, 'key-8')
  assert.equal(early.body.code, 'idempotency_in_progress')
  clock.advance(121)
  const changed = await send(clients, { ...body, client_name: 'Other' }, 'key-8')
  assert.equal(changed.body.code, 'idempotency_key_reused')
  assert.equal((await send(clients, body, 'key-8')).status, 201)
  assert.equal((await send(clients, body, 'key-8')).headers.get('idempotency-replayed'), 'true')
})

test('an answer is remembered for a day', async () => {
  clock.advance(86_401)
  const { body } = await postJson(`${server.url}/api/v1/auth/login`, {
    identifier: 'ada',
    password: 'correct horse battery staple',
  })
  ada = body.access_token
  const again = await send(clients, { client_name: 'Once', redirect_uris }, 'key-1')
  assert.equal(again.status, 201)
  assert.equal(again.headers.get('idempotency-replayed'), null)
  assert.equal(await count('Once'), 2)
})

test('a key that is none is refused, and without one nothing is remembered', async () => {
  for (const key of ['', 'a'.repeat(256), 'käse']) {
    const { status, body } = await send(clients, { client_name: 'Bad', redirect_uris }, key)
    assert.deepEqual([status, body.code], [400, 'invalid_idempotency_key'], key)
  }
  server.statements()
  await send(clients, { client_name: 'Plain', redirect_uris })
  assert.equal(server.statements().filter((text) => text.includes('idempotency_keys')).length, 0)
})
