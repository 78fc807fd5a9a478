import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assignRole, ownerRole } from '../../src/access/index.ts'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { eraseDueUsers } from '../../src/identity/index.ts'
import { postJson } from '../harness/json.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const mePath = '/api/v1/users/me'
let mailbox: Mailbox
let server: TestServer

before(async () => {
  mailbox = await createMailbox()
  server = await testServer({ mailbox, clock })
})
after(async () => {
  await server?.close()
  await mailbox?.close()
})

type Options = Parameters<typeof postJson>[2]
const call = (method: string, path: string, body?: object, options: Options = {}) =>
  postJson(server.url + path, body, { ...options, method })

async function person(username: string) {
  const user = await server.user({ username })
  const { body } = await call('POST', '/api/v1/auth/login', {
    identifier: username,
    password: user.password,
  })
  const token: string = body.access_token
  const send = (method: string, path: string, json?: object, version = '*') =>
    call(method, path, json, { token, headers: { 'if-match': version } })
  return { user, token, send }
}

test('RFC 7396: a patch changes what it names and takes what is null', async () => {
  const { token, send } = await person('ada')
  const { headers } = await call('GET', mePath, undefined, { token })
  const version = headers.get('etag') ?? ''
  const patch = { profile: { name: null, nickname: 'Ada', locale: 'de' } }
  const changed = await send('PATCH', mePath, patch, version)
  assert.equal(changed.status, 200)
  assert.deepEqual(changed.body.profile, { nickname: 'Ada', locale: 'de' })
  assert.notEqual(changed.headers.get('etag'), version)
})

test('RFC 7396 §2: a patch of the address changes the members it names, and the last one takes it along', async () => {
  const { send } = await person('adele')
  const patch = (address: object | null) =>
    send('PATCH', mePath, { profile: { name: null, address } })
  await patch({ locality: 'Oslo', country: 'NO' })
  const moved = await patch({ locality: 'Bergen', postal_code: '5003' })
  const address = { locality: 'Bergen', postal_code: '5003', country: 'NO' }
  assert.deepEqual(moved.body.profile.address, address)
  const less = await patch({ postal_code: null, country: null })
  assert.deepEqual(less.body.profile.address, { locality: 'Bergen' })
  assert.equal((await patch({ locality: null })).body.profile.address, undefined)
  await patch({ locality: 'Oslo' })
  assert.equal((await patch(null)).body.profile.address, undefined)
})

test('RFC 9110 §13.1.1: a change based on an old version is refused, and one on none asks for it', async () => {
  const { token, send } = await person('bea')
  const patch = { profile: { nickname: 'B' } }
  const { headers } = await call('GET', mePath, undefined, { token })
  const version = headers.get('etag') ?? ''
  assert.equal((await send('PATCH', mePath, patch, version)).status, 200)
  assert.equal((await send('PATCH', mePath, patch, version)).body.code, 'precondition_failed')
  assert.equal((await call('PATCH', mePath, patch, { token })).body.code, 'precondition_required')
  assert.equal((await send('PATCH', mePath, patch, '"W/1"')).status, 412)
})

test('of 50 parallel edits based on one version one is taken', async () => {
  const { token, send } = await person('bert')
  const { headers } = await call('GET', mePath, undefined, { token })
  const version = headers.get('etag') ?? ''
  const edits = Array.from({ length: 50 }, (_, i) =>
    send('PATCH', mePath, { profile: { nickname: `n${i}` } }, version),
  )
  const statuses = (await Promise.all(edits)).map(({ status }) => status)
  assert.equal(statuses.filter((status) => status === 200).length, 1)
  assert.equal(statuses.filter((status) => status === 412).length, 49)
})

test('nobody declares their own telephone number verified', async () => {
  const { send } = await person('carl')
  const { status } = await send('PATCH', mePath, { profile: { phone_number_verified: true } })
  assert.equal(status, 400)
})

test('a username changes with a letter about it, unless it is taken', async () => {
  await server.user({ username: 'taken' })
  const { send } = await person('dora')
  const path = `${mePath}/username`
  assert.equal((await send('PUT', path, { username: 'TAKEN' })).body.code, 'username_taken')
  assert.equal((await send('PUT', path, { username: 'dorothea' })).body.username, 'dorothea')
  assert.match((await mailbox.next('dora@example.com')).text, /dorothea/)
})

test('an address changes when the new one is proved, and both are told', async () => {
  const { send } = await person('eva')
  await send('POST', `${mePath}/email`, { email: 'eva@new.example' })
  await mailbox.next('eva@example.com') // the wish is told to the old address
  const { code } = await mailbox.next('eva@new.example')
  const path = `${mePath}/email/confirm`
  assert.equal((await send('POST', path, { code: wrong(code) })).body.code, 'invalid_code')
  const changed = await send('POST', path, { code })
  assert.equal(changed.body.email, 'eva@new.example')
  assert.equal(changed.body.email_verified, true)
  await mailbox.next('eva@example.com')
  await mailbox.next('eva@new.example')
})

test('asking for an address that has an account tells its owner and not the one who asks', async () => {
  await server.user({ username: 'owner', email: 'owner@example.net' })
  const { send } = await person('fred')
  const answer = await send('POST', `${mePath}/email`, { email: 'owner@example.net' })
  assert.equal(answer.status, 202)
  const letter = await mailbox.next('owner@example.net')
  assert.equal(letter.code, undefined)
})

test('sensitive changes need a recent sign-in (RFC 9470 §3)', async () => {
  const { send, user } = await person('gina')
  clock.advance(9 * 60)
  const { body } = await call('POST', '/api/v1/auth/login', {
    identifier: 'gina',
    password: user.password,
  })
  clock.advance(8 * 60)
  const stale = await send('PUT', `${mePath}/username`, { username: 'gina2' })
  assert.equal(stale.status, 401)
  clock.advance(8 * 60)
  const aged = await call('DELETE', mePath, undefined, { token: body.access_token })
  assert.equal(aged.status, 401)
})

test('a deactivated account ends its sessions and comes back by the link', async () => {
  const { send, token, user } = await person('hugo')
  assert.equal((await send('POST', `${mePath}/deactivate`)).status, 204)
  assert.equal((await call('GET', mePath, undefined, { token })).status, 401)
  const identity = { identifier: 'hugo', password: user.password }
  const refused = await call('POST', '/api/v1/auth/login', identity)
  assert.equal(refused.body.code, 'account_deactivated')
  const wrongPassword = { ...identity, password: 'not the password' }
  const plain = await call('POST', '/api/v1/auth/login', wrongPassword)
  assert.equal(plain.body.code, 'invalid_credentials')
  const { link = '' } = await mailbox.next('hugo@example.com')
  const back = new URL(link).searchParams.get('token')
  assert.equal((await call('POST', '/api/v1/auth/reactivate', { token: back })).status, 204)
  assert.equal((await call('POST', '/api/v1/auth/login', identity)).status, 200)
  const again = await call('POST', '/api/v1/auth/reactivate', { token: back })
  assert.equal(again.body.code, 'invalid_link')
})

test('a deleted account is erased after the grace period with everything that hangs on it', async () => {
  const { send, user } = await person('ida')
  const { status, body } = await send('DELETE', mePath)
  assert.equal(status, 202)
  assert.equal(body.delete_after, new Date(clock.now().getTime() + 14 * 86_400_000).toISOString())
  await mailbox.next('ida@example.com')
  assert.equal(await eraseDueUsers(server.app, clock.now(), 10), 0)
  clock.advance(14 * 86_400)
  assert.equal(await eraseDueUsers(server.app, clock.now(), 10), 1)
  for (const table of await tablesWithUsers()) {
    const rows = await server.app.db.many({
      name: `rows_${table}`,
      text: `SELECT 1 FROM ${table} WHERE user_id = $1`,
      values: [user.id],
    })
    assert.equal(rows.length, 0, table)
  }
  const left = await server.app.db.many<{ text: string }>(
    sql`SELECT row_to_json(a)::text AS text FROM audit_log a WHERE actor = ${`user:${user.id}`}`,
  )
  assert.ok(left.length > 0)
  for (const { text } of left) assert.ok(!/ida@example|"ida"/.test(text), text)
  await mailbox.next('ida@example.com')
})

test('a deletion that is taken back in time erases nothing', async () => {
  const { send } = await person('jan')
  await send('DELETE', mePath)
  const { link = '' } = await mailbox.next('jan@example.com')
  const token = new URL(link).searchParams.get('token')
  clock.advance(13 * 86_400)
  assert.equal((await call('POST', '/api/v1/auth/reactivate', { token })).status, 204)
  clock.advance(2 * 86_400)
  assert.equal(await eraseDueUsers(server.app, clock.now(), 10), 0)
})

test('an address change against a deletion: the account is gone or changed, never half of each', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { send, user } = await person(`kim${round}`)
    const email = `kim${round}@new.example`
    await send('POST', `${mePath}/email`, { email })
    const { code } = await mailbox.next(email)
    const [confirmed, deleted] = await Promise.all([
      send('POST', `${mePath}/email/confirm`, { code }),
      send('DELETE', mePath),
    ])
    const row = await server.app.db.maybe<{ email: string; isActive: boolean }>(
      sql`SELECT email, is_active FROM users WHERE id = ${user.id}`,
    )
    assert.equal(row?.isActive, deleted.status !== 202)
    assert.equal(row?.email === email, confirmed.status === 200)
  }
})

test('the last owner cannot leave, and of two owners who leave at once one stays', async () => {
  const one = await person('lea')
  const two = await person('max')
  for (const { user } of [one, two]) {
    await assignRole(server.app.db, user.id, ownerRole, clock.now())
  }
  const leaving = await Promise.all(
    [one, two].map(({ send }) => send('POST', `${mePath}/deactivate`)),
  )
  assert.deepEqual(
    leaving.map(({ status }) => status).toSorted((a, b) => a - b),
    [204, 409],
  )
  assert.equal(leaving.find(({ status }) => status === 409)?.body.code, 'last_owner')
})

test('an export holds what is stored, and no secret', async () => {
  const { token } = await person('nora')
  const { status, body, headers } = await call('GET', `${mePath}/export`, undefined, { token })
  assert.equal(status, 200)
  assert.match(headers.get('content-disposition') ?? '', /account\.json/)
  assert.equal(body.account.username, 'nora')
  assert.ok(body.sessions.length > 0)
  assert.ok(body.activity.some(({ action }: { action: string }) => action === 'session.start'))
  assert.ok(!/argon2|digest/.test(JSON.stringify(body)))
})

const wrong = (code = '') => (code === '000000' ? '000001' : '000000')

async function tablesWithUsers(): Promise<string[]> {
  const rows = await server.app.db.many<{ tableName: string }>(
    sql`SELECT table_name::text FROM information_schema.columns
      WHERE column_name = 'user_id' AND table_schema = 'public'`,
  )
  return rows.map(({ tableName }) => tableName)
}
