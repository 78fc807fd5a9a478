import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assignRole } from '../../src/access/index.ts'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { postJson } from '../harness/json.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const path = '/api/v1/admin/users'
const password = 'tulip harbour seventeen'
let mailbox: Mailbox
let server: TestServer
let owner: Awaited<ReturnType<typeof administrator>>

before(async () => {
  mailbox = await createMailbox()
  server = await testServer({ mailbox, clock, env: { CARDEA_REGISTRATION_MODE: 'invitation' } })
  owner = await administrator('root', 'owner')
})
after(async () => {
  await server?.close()
  await mailbox?.close()
})

type Options = Parameters<typeof postJson>[2]
const call = (method: string, at: string, body?: object, options: Options = {}) =>
  postJson(server.url + at, body, { ...options, method })

const login = (identifier: string, secret: string) =>
  call('POST', '/api/v1/auth/login', { identifier, password: secret })

async function administrator(username: string, role?: string) {
  const user = await server.user({ username })
  if (role !== undefined) await assignRole(server.app.db, user.id, role, clock.now())
  const token: string = (await login(username, user.password)).body.access_token
  const send = (method: string, at: string, body?: object, version = '*') =>
    call(method, at, body, { token, headers: { 'if-match': version } })
  return { user, token, send }
}

test('a user is made without a password, and sets one by the link that is mailed', async () => {
  const input = { username: 'ada', email: 'ada@example.org', profile: { name: 'Ada' } }
  const made = await owner.send('POST', path, input)
  assert.equal(made.status, 201)
  assert.equal((await login('ada', password)).status, 401)
  assert.equal((await owner.send('POST', `${path}/${made.body.id}/start-recovery`)).status, 204)
  const entry = await server.app.db.maybe<{ actor: string }>(
    sql`SELECT actor FROM audit_log WHERE action = 'user.start_recovery'`,
  )
  assert.equal(entry?.actor, `user:${owner.user.id}`)
  const { link = '' } = await mailbox.next('ada@example.org', 'Reset')
  const token = new URL(link).searchParams.get('token')
  const reset = await call('POST', '/api/v1/auth/reset-password', { token, password })
  assert.equal(reset.status, 204)
  assert.equal((await login('ada', password)).body.token_type, 'Bearer')
  const again = await owner.send('POST', path, input)
  assert.equal(again.body.code, 'username_taken')
})

test('an edit needs the version it is based on, and both addresses hear of a new one', async () => {
  const { id } = await server.user({ username: 'bea' })
  const before = await owner.send('GET', `${path}/${id}`)
  const version = before.headers.get('etag') ?? ''
  const edit = { email: 'bea@new.example', email_verified: true, profile: { nickname: 'B' } }
  const edited = await owner.send('PATCH', `${path}/${id}`, edit, version)
  assert.equal(edited.status, 200)
  assert.equal(edited.body.email_verified, true)
  assert.equal(edited.body.profile.nickname, 'B')
  const late = await owner.send('PATCH', `${path}/${id}`, { username: 'beate' }, version)
  assert.equal(late.body.code, 'precondition_failed')
  await mailbox.next('bea@example.com')
  await mailbox.next('bea@new.example')
  const entry = await server.app.db.maybe<{ details: object }>(
    sql`SELECT details FROM audit_log WHERE action = 'user.update' AND resource = ${`user:${id}`}`,
  )
  assert.deepEqual(entry?.details, { changed: ['email', 'email_verified', 'nickname'] })
})

test('a deactivated user is out at once, and only an administrator brings them back', async () => {
  const user = await server.user({ username: 'carl' })
  const { access_token: token } = (await login('carl', user.password)).body
  assert.equal((await owner.send('POST', `${path}/${user.id}/deactivate`)).status, 204)
  assert.equal((await call('GET', '/api/v1/users/me', undefined, { token })).status, 401)
  assert.equal((await login('carl', user.password)).body.code, 'invalid_credentials')
  assert.equal((await owner.send('POST', `${path}/${user.id}/reactivate`)).status, 204)
  assert.equal((await login('carl', user.password)).status, 200)
  const twice = await owner.send('POST', `${path}/${user.id}/reactivate`)
  assert.equal(twice.body.code, 'not_deactivated')
})

test('every session of a user can be ended, which the log ascribes to the administrator', async () => {
  const user = await server.user({ username: 'dora' })
  const { refresh_token } = (await login('dora', user.password)).body
  assert.equal((await owner.send('POST', `${path}/${user.id}/end-sessions`)).status, 204)
  const refreshed = await call('POST', '/api/v1/auth/refresh', { refresh_token })
  assert.equal(refreshed.status, 401)
  const entry = await server.app.db.maybe<{ actor: string }>(
    sql`SELECT actor FROM audit_log WHERE action = 'session.end_others' AND resource = ${`user:${user.id}`}`,
  )
  assert.equal(entry?.actor, `user:${owner.user.id}`)
})

test('a user is deleted after the grace period', async () => {
  const user = await server.user({ username: 'eva' })
  assert.equal((await owner.send('DELETE', `${path}/${user.id}`)).status, 204)
  const { body } = await owner.send('GET', `${path}/${user.id}`)
  assert.equal(body.state, 'deleting')
  assert.equal((await login('eva', user.password)).body.code, 'invalid_credentials')
})

test('an administrator who is no owner cannot touch an owner', async () => {
  const admin = await administrator('frank', 'admin')
  const target = `${path}/${owner.user.id}`
  const tries = [
    admin.send('PATCH', target, { email: 'frank@evil.example' }),
    admin.send('POST', `${target}/deactivate`),
    admin.send('POST', `${target}/start-recovery`),
    admin.send('POST', `${target}/end-sessions`),
    admin.send('DELETE', target),
  ]
  for (const { status, body } of await Promise.all(tries)) {
    assert.deepEqual([status, body.code], [403, 'forbidden'])
  }
})

test('who is no administrator gets nothing, and an unknown user is not found', async () => {
  const somebody = await administrator('gina')
  const unknown = '00000000-0000-7000-8000-00000000dead'
  for (const [method, at] of [
    ['GET', `${path}/${owner.user.id}`],
    ['DELETE', `${path}/${owner.user.id}`],
    ['POST', `${path}/${owner.user.id}/start-recovery`],
    ['GET', '/api/v1/admin/invitations'],
  ] as const) {
    assert.equal((await somebody.send(method, at)).status, 403, at)
    assert.equal((await call(method, at)).status, 401, at)
  }
  assert.equal((await owner.send('GET', `${path}/${unknown}`)).status, 404)
  assert.equal((await owner.send('POST', `${path}/${unknown}/deactivate`)).status, 404)
})

test('an invitation makes one account with a proved address, and no account is made without', async () => {
  const invited = await owner.send('POST', '/api/v1/admin/invitations', {
    email: 'hugo@example.org',
    locale: 'de',
  })
  assert.equal(invited.status, 201)
  const { link = '', text } = await mailbox.next('hugo@example.org')
  assert.match(text, /Einladung/)
  const invitation = new URL(link).searchParams.get('invitation')
  const register = (body: object) =>
    call('POST', '/api/v1/auth/register', { password, invitation, ...body })
  const uninvited = await call('POST', '/api/v1/auth/register', { password, email: 'x@y.example' })
  assert.equal(uninvited.body.code, 'invitation_needed')
  const attempts = Array.from({ length: 50 }, (_, i) => register({ username: `hugo${i}` }))
  const answers = await Promise.all(attempts)
  const made = answers.filter(({ status }) => status === 201)
  assert.equal(made.length, 1)
  assert.equal(made[0]?.body.email, 'hugo@example.org')
  assert.equal(made[0]?.body.email_verified, true)
  const taken = await owner.send('POST', '/api/v1/admin/invitations', { email: 'HUGO@example.org' })
  assert.equal(taken.body.code, 'email_taken')
})

test('invitations are listed, and one that is taken back or too old is worth nothing', async () => {
  const invited = await owner.send('POST', '/api/v1/admin/invitations', {
    email: 'ida@example.org',
  })
  const { body } = await owner.send('GET', '/api/v1/admin/invitations')
  assert.ok(body.invitations.some(({ email }: { email: string }) => email === 'ida@example.org'))
  const { link = '' } = await mailbox.next('ida@example.org')
  const invitation = new URL(link).searchParams.get('invitation')
  const at = `/api/v1/admin/invitations/${invited.body.id}`
  assert.equal((await owner.send('DELETE', at)).status, 204)
  assert.equal((await owner.send('DELETE', at)).status, 404)
  const late = await call('POST', '/api/v1/auth/register', { password, invitation })
  assert.equal(late.body.code, 'invalid_link')
})
