import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { postJson } from '../harness/json.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const fresh = 'tulip harbour seventeen'
let mailbox: Mailbox
let server: TestServer
const post = (path: string, body: object, token?: string) =>
  postJson(server.url + path, body, token === undefined ? {} : { token })
const login = (identifier: string, password: string) =>
  post('/api/v1/auth/login', { identifier, password })
const forgot = (identifier: string) => post('/api/v1/auth/forgot-password', { identifier })
const reset = (token: string | null, password: string, more = {}) =>
  post('/api/v1/auth/reset-password', { token, password, ...more })

async function linkToken(to: string): Promise<string> {
  const { link = '' } = await mailbox.next(to, 'Reset')
  return new URL(link).searchParams.get('token') ?? ''
}

before(async () => {
  mailbox = await createMailbox()
  server = await testServer({ mailbox, clock, env: { CARDEA_PASSWORD_HISTORY: '3' } })
})
after(async () => {
  await server?.close()
  await mailbox?.close()
})

test('a forgotten password is set anew, every session ends, and nobody is signed in by it', async () => {
  const user = await server.user({ username: 'ada' })
  const before = await login('ada', user.password)
  assert.equal((await forgot('ada')).status, 202)
  const token = await linkToken('ada@example.com')
  const done = await reset(token, fresh)
  assert.equal(done.status, 204)
  assert.equal(done.headers.get('set-cookie'), null)
  assert.equal((await login('ada', user.password)).status, 401)
  assert.equal((await login('ada', fresh)).status, 200)
  const { refresh_token } = before.body
  assert.equal((await post('/api/v1/auth/refresh', { refresh_token })).status, 401)
  const letter = await mailbox.next('ada@example.com', 'password')
  assert.ok(letter.text.includes('ada'))
})

test('sessions go on where the person asks for it', async () => {
  const user = await server.user({ username: 'bea' })
  const before = await login('bea', user.password)
  await forgot('bea@example.com')
  await reset(await linkToken('bea@example.com'), fresh, { end_sessions: false })
  const { refresh_token } = before.body
  assert.equal((await post('/api/v1/auth/refresh', { refresh_token })).status, 200)
})

test('a link works once, of 50 parallel uses one, and a refused password leaves it whole', async () => {
  await server.user({ username: 'carl' })
  await forgot('carl')
  const token = await linkToken('carl@example.com')
  assert.equal((await reset(token, 'carl')).status, 400)
  const attempts = Array.from({ length: 50 }, (_, i) => reset(token, `${fresh} ${i} more`))
  const statuses = (await Promise.all(attempts)).map(({ status }) => status)
  assert.equal(statuses.filter((status) => status === 204).length, 1)
  assert.equal((await reset(token, fresh)).body.code, 'invalid_link')
})

test('a link dies after its lifetime, and with every other one when one is used', async () => {
  await server.user({ username: 'dora' })
  await forgot('dora')
  const first = await linkToken('dora@example.com')
  await forgot('dora')
  const second = await linkToken('dora@example.com')
  assert.equal((await reset(second, fresh)).status, 204)
  assert.equal((await reset(first, `${fresh} two`)).body.code, 'invalid_link')
  await forgot('dora')
  const third = await linkToken('dora@example.com')
  clock.advance(31 * 60)
  assert.equal((await reset(third, `${fresh} three`)).body.code, 'invalid_link')
})

test('the answer is the same for accounts that do not exist, and no letter is written', async () => {
  const known = await server.user({ username: 'eva' })
  const answers = await Promise.all([forgot(known.username), forgot('nobody'), forgot('@@\u0000')])
  for (const { status, body } of answers) {
    assert.equal(status, 202)
    assert.deepEqual(body, { status: 'accepted' })
  }
  await linkToken('eva@example.com')
  assert.ok(mailbox.letters().every(({ to }) => !to.includes('nobody')))
})

test('the request of a known account sends the same statements as that of an unknown one', async () => {
  await server.user({ username: 'finn' })
  await server.app.queue.stop()
  server.statements()
  await forgot('finn')
  const known = server.statements()
  await forgot('nobody-at-all')
  assert.deepEqual(server.statements(), known)
})

test('a former password does not come back while it is remembered', async () => {
  const user = await server.user({ username: 'greta' })
  const { access_token: token } = (await login('greta', user.password)).body
  const change = (current_password: string, password: string) =>
    postJson(
      `${server.url}/api/v1/users/me/password`,
      { current_password, password },
      { method: 'PUT', token },
    )
  assert.equal((await change('not the password', fresh)).body.code, 'wrong_password')
  assert.equal((await change(user.password, fresh)).status, 204)
  assert.equal((await change(fresh, user.password)).body.code, 'password_reused')
  assert.equal((await change(fresh, fresh)).body.code, 'password_reused')
  assert.equal((await change(fresh, 'violet window nineteen')).status, 204)
})

test('the table holds digests, never the token of a link', async () => {
  await server.user({ username: 'hugo' })
  await forgot('hugo')
  await server.app.queue.drain()
  const rows = await server.app.db.many<{ row: string }>(
    sql`SELECT row_to_json(t)::text AS row FROM action_tokens t`,
  )
  const jobs = await server.app.db.many<{ row: string }>(
    sql`SELECT row_to_json(t)::text AS row FROM queued_jobs t`,
  )
  const token = await linkToken('hugo@example.com')
  for (const { row } of [...rows, ...jobs]) assert.ok(!row.includes(token))
})
