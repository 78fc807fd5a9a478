import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from '../../src/db/index.ts'
import { postJson } from '../harness/json.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const password = 'tulip harbour seventeen'
let mailbox: Mailbox
let server: TestServer
const post = (path: string, body: object) => postJson(server.url + path, body)
const register = (body: object) => post('/api/v1/auth/register', { password, ...body })
const confirm = (body: object) => post('/api/v1/auth/register/confirm', body)
const login = (identifier: string) => post('/api/v1/auth/login', { identifier, password })

before(async () => {
  mailbox = await createMailbox()
  server = await testServer({
    mailbox,
    env: { CARDEA_REGISTRATION_MODE: 'open', CARDEA_REGISTRATION_VERIFY_EMAIL: 'true' },
  })
})
after(async () => {
  await server?.close()
  await mailbox?.close()
})

test('an account is made by the code of the mail, and can sign in only then', async () => {
  const begun = await register({ username: 'ada', email: 'ada@example.org', name: 'Ada L.' })
  assert.equal(begun.status, 202)
  assert.equal((await login('ada')).status, 401)
  const { code } = await mailbox.next('ada@example.org')
  const made = await confirm({ registration: begun.body.registration, code })
  assert.equal(made.status, 201)
  assert.equal(made.body.email_verified, true)
  assert.equal(made.body.profile.name, 'Ada L.')
  assert.equal((await login('ADA@EXAMPLE.ORG')).status, 200)
  assert.match((await mailbox.next('ada@example.org')).text, /ada/)
})

test('the link needs the password that was chosen, because anyone may register anyone', async () => {
  await register({ username: 'bea', email: 'bea@example.org' })
  const { link = '' } = await mailbox.next('bea@example.org')
  const token = new URL(link).searchParams.get('token')
  assert.equal((await confirm({ token, password: 'some other words' })).body.code, 'wrong_password')
  assert.equal((await confirm({ token, password })).status, 201)
  assert.equal((await confirm({ token, password })).body.code, 'invalid_link')
})

test('without a username one is made up that says nothing about the person', async () => {
  const begun = await register({ email: 'nameless@example.org' })
  const { code } = await mailbox.next('nameless@example.org')
  const made = await confirm({ registration: begun.body.registration, code })
  assert.match(made.body.username, /^user-[a-z2-9]{10}$/)
})

test('an address that has an account gets another letter, and the answer does not show it', async () => {
  await server.user({ username: 'carla', email: 'carla@example.org' })
  const known = await register({ username: 'carla2', email: 'Carla@Example.org' })
  const unknown = await register({ username: 'dora', email: 'dora@example.org' })
  assert.equal(known.status, unknown.status)
  assert.deepEqual(Object.keys(known.body), Object.keys(unknown.body))
  const letter = await mailbox.next('Carla@example.org')
  assert.equal(letter.code, undefined)
  assert.match(letter.text, /forgot-password/)
  // Neither does the name that was asked for along with it: both are reserved.
  const again = await register({ username: 'carla2', email: 'eva@example.org' })
  const again2 = await register({ username: 'dora', email: 'eva@example.org' })
  assert.deepEqual([again.status, again.body.code], [again2.status, again2.body.code])
  assert.equal(again.body.code, 'username_taken')
})

test('an address is one account in whatever way its domain is written (RFC 5890)', async () => {
  await server.user({ username: 'jutta', email: 'jutta@bücher.example' })
  const password = 'correct horse battery staple'
  for (const identifier of ['jutta@bücher.example', 'JUTTA@xn--bcher-kva.example']) {
    const { status } = await post('/api/v1/auth/login', { identifier, password })
    assert.equal(status, 200, identifier)
  }
  await register({ username: 'jutta2', email: 'jutta@XN--BCHER-KVA.example' })
  const letter = await mailbox.next('jutta@bücher.example')
  assert.equal(letter.code, undefined, 'no code for an address that has an account')
})

test('five wrong codes use up the code, and the link still works', async () => {
  const begun = await register({ username: 'finn', email: 'finn@example.org' })
  const { code = '', link = '' } = await mailbox.next('finn@example.org')
  const { registration } = begun.body
  const wrong = code === '000000' ? '000001' : '000000'
  for (let i = 0; i < 5; i += 1) {
    assert.equal((await confirm({ registration, code: wrong })).body.code, 'invalid_code')
  }
  assert.equal((await confirm({ registration, code })).body.code, 'invalid_code')
  assert.ok(link.includes('/register/confirm?token='))
})

test('of 50 parallel registrations of one name one is accepted', async () => {
  const attempts = Array.from({ length: 50 }, (_, i) =>
    register({ username: 'Gréta', email: `greta${i}@example.org` }),
  )
  const statuses = (await Promise.all(attempts)).map(({ status }) => status)
  assert.equal(statuses.filter((status) => status === 202).length, 1)
  assert.equal(statuses.filter((status) => status === 409).length, 49)
})

test('of 50 parallel confirmations with one code one makes the account', async () => {
  const begun = await register({ username: 'hugo', email: 'hugo@example.org' })
  const { code } = await mailbox.next('hugo@example.org')
  const attempts = Array.from({ length: 50 }, () =>
    confirm({ registration: begun.body.registration, code }),
  )
  const statuses = (await Promise.all(attempts)).map(({ status }) => status)
  assert.equal(statuses.filter((status) => status === 201).length, 1)
  const users = await server.app.db.many(sql`SELECT 1 AS one FROM users WHERE username = 'hugo'`)
  assert.equal(users.length, 1)
})

test('everything that is wrong with a registration is told at once, by member', async () => {
  const { status, body } = await register({ username: 'a@b', email: 'nobody', password: 'short' })
  assert.equal(status, 400)
  const pointers = body.errors.map((error: { pointer: string }) => error.pointer)
  assert.deepEqual(pointers, ['/username', '/email', '/password'])
  const mixed = await register({ username: 'pаypal', email: 'x@example.org' })
  assert.equal(mixed.body.errors[0].pointer, '/username')
  const missing = await register({ username: 'ida' })
  assert.equal(missing.body.errors[0].pointer, '/email')
})
