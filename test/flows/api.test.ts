import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assignRole, countUsersWithRole, ownerRole } from '../../src/access/index.ts'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { issueSetupToken } from '../../src/identity/index.ts'
import type { Browser } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import { obtainTokens, post } from '../harness/oauth.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
let server: TestServer
let open: TestServer
let user: TestUser

before(async () => {
  server = await testServer({ clock })
  open = await testServer({
    env: { CARDEA_REGISTRATION_MODE: 'open', CARDEA_REGISTRATION_VERIFY_EMAIL: 'false' },
  })
  user = await server.user({ username: 'perla' })
})
after(async () => {
  await open?.close()
  await server?.close()
})

type Call = {
  readonly on?: TestServer
  readonly method?: string
  readonly body?: unknown
  readonly token?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const bearer = (token: unknown) => `Bearer ${typeof token === 'string' ? token : 'none'}`

type Json = Record<string, unknown>

async function call(path: string, { on = server, method, body, token, headers }: Call = {}) {
  const response = await fetch(`${on.url}/api/v1${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: bearer(token) }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return seen(response)
}

async function seen(response: Response) {
  const text = await response.text()
  const json: Json = text === '' || text === 'null' ? {} : JSON.parse(text)
  const type = response.headers.get('content-type') ?? ''
  return { status: response.status, headers: response.headers, body: json, type }
}

type Seen = Awaited<ReturnType<typeof seen>>

/** RFC 9457, and the members that it names. */
function problem(answer: Seen, status: number, code?: string): string[] {
  assert.equal(answer.status, status, JSON.stringify(answer.body))
  assert.match(answer.type, /^application\/problem\+json/)
  assert.equal(answer.body.status, status)
  for (const member of ['type', 'title', 'detail', 'instance', 'code'])
    assert.equal(typeof answer.body[member], 'string', member)
  if (code !== undefined) assert.equal(answer.body.code, code)
  const errors = (answer.body.errors ?? []) as { pointer: string; detail: string }[]
  return errors.map(({ pointer }) => pointer).sort()
}

const login = (who: { username: string; password: string } = user) =>
  call('/auth/login', { body: { identifier: who.username, password: who.password } })
const refresh = (token: unknown) => call('/auth/refresh', { body: { refresh_token: token } })
const me = (token: unknown) => call('/users/me', { token })

async function signedIn(who: TestUser): Promise<Browser> {
  const browser = server.browser()
  const page = await browser.open('/login')
  await browser.submit(page, { identifier: who.username, password: who.password })
  return browser
}

const newcomer = (username: string) => ({ username, password: 'correct horse battery staple' })

test('register: closed unless it is opened', async () => {
  problem(await call('/auth/register', { body: newcomer('eve') }), 403, 'registration_closed')
  assert.equal((await login(newcomer('eve'))).status, 401)
})

test('register: open, the new account can sign in', async () => {
  const body = { ...newcomer('dora'), email: 'dora@example.com', name: 'Dora' }
  const answer = await call('/auth/register', { on: open, body })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  const { id, created_at: _, updated_at: __, ...rest } = answer.body
  assert.match(String(id), /^[0-9a-f-]{36}$/)
  const shown = {
    username: 'dora',
    email: 'dora@example.com',
    email_verified: false,
    state: 'active',
  }
  assert.deepEqual(rest, { ...shown, profile: { name: 'Dora' } })
  const { password } = body
  const signIn = await call('/auth/login', {
    on: open,
    body: { identifier: 'DORA@example.com', password },
  })
  assert.equal(signIn.status, 200)
})

test('register: a name or address that is taken, in any case of letters', async () => {
  const first = { ...newcomer('flora'), email: 'flora@example.com' }
  assert.equal((await call('/auth/register', { on: open, body: first })).status, 201)
  const name = { ...newcomer('Flora') }
  const answer = await call('/auth/register', { on: open, body: name })
  assert.deepEqual(problem(answer, 409, 'username_taken'), ['/username'])
  const address = { ...newcomer('fiona'), email: 'FLORA@example.com' }
  const second = await call('/auth/register', { on: open, body: address })
  assert.deepEqual(problem(second, 409, 'email_taken'), ['/email'])
})

test('register: bad members are named by JSON pointers, all at once', async () => {
  const bad = async (body: unknown) =>
    problem(await call('/auth/register', { on: open, body }), 400, 'invalid_request')
  assert.deepEqual(await bad({}), ['/password'])
  assert.deepEqual(await bad({ username: 7, password: ['x'] }), ['/password', '/username'])
  const judged = { username: 'a\u0000b', email: 'no address', password: 'short' }
  assert.deepEqual(await bad(judged), ['/email', '/password', '/username'])
  assert.deepEqual(await bad({ ...newcomer('gina'), role: 'owner' }), ['/role'])
  assert.deepEqual(await bad({ ...newcomer('gina'), 'a/b~c': 1 }), ['/a~1b~0c'])
  assert.deepEqual(await bad('{"username":'), [])
  assert.deepEqual(await bad('[]'), [''])
})

test('login: a wrong password and an unknown name are told in the same words', async () => {
  const right = await login()
  assert.equal(right.status, 200)
  assert.equal(right.headers.get('cache-control'), 'no-store')
  assert.equal(right.body.token_type, 'Bearer')
  assert.equal(right.body.expires_in, 600)
  const answers = [
    await login({ username: user.username, password: 'not the password' }),
    await login({ username: 'nobody', password: 'not the password' }),
    await login({ username: user.username, password: 'x' }),
  ]
  const shown = answers.map((answer) => {
    problem(answer, 401, 'invalid_credentials')
    const { instance: _, ...rest } = answer.body
    return rest
  })
  assert.deepEqual(shown[1], shown[0])
  assert.deepEqual(shown[2], shown[0])
  const names = answers.map(({ headers }) => [...headers.keys()].sort())
  assert.deepEqual(names[1], names[0])
})

test('login: JSON only', async () => {
  const body = `identifier=${user.username}`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  problem(await call('/auth/login', { body, headers }), 415)
})

test('users/me: by bearer token and by browser cookie, otherwise 401', async () => {
  const { body } = await login()
  const byToken = await me(body.access_token)
  assert.equal(byToken.status, 200)
  assert.equal(byToken.body.id, user.id)
  assert.ok(!JSON.stringify(byToken.body).includes('argon2'))
  const browser = await signedIn(user)
  const byCookie = await seen(await browser.fetch('/api/v1/users/me'))
  assert.deepEqual(byCookie.body, byToken.body)
  for (const token of [undefined, 'x', `${String(body.access_token)}x`]) {
    const answer = await me(token)
    problem(answer, 401, 'unauthenticated')
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/)
  }
})

test('refresh: rotates; a repeat within the grace time gets the same, a replay ends it all', async () => {
  const first = (await login()).body
  const second = (await refresh(first.refresh_token)).body
  assert.notEqual(second.refresh_token, first.refresh_token)
  assert.equal((await me(second.access_token)).status, 200)
  const again = (await refresh(first.refresh_token)).body
  assert.equal(again.refresh_token, second.refresh_token)
  clock.advance(31)
  problem(await refresh(first.refresh_token), 401, 'invalid_grant')
  problem(await refresh(second.refresh_token), 401, 'invalid_grant')
  problem(await me(second.access_token), 401, 'unauthenticated')
  problem(await refresh('not a token'), 401, 'invalid_grant')
})

test('logout: ends the access and the refresh token, and no other session', async () => {
  const [mine, other] = [(await login()).body, (await login()).body]
  const answer = await call('/auth/logout', { method: 'POST', token: mine.access_token })
  assert.equal(answer.status, 204)
  problem(await me(mine.access_token), 401)
  problem(await refresh(mine.refresh_token), 401)
  assert.equal((await me(other.access_token)).status, 200)
})

test('tokens of OAuth and of the API are not mistaken for one another', async () => {
  const client = await server.client()
  const granted = await obtainTokens(server, client, user)
  const own = (await login()).body
  problem(await me(granted.access_token), 401, 'unauthenticated')
  problem(await refresh(granted.refresh_token), 401, 'invalid_grant')
  const userinfo = (token: unknown) =>
    fetch(`${server.url}/oauth/userinfo`, { headers: { authorization: bearer(token) } })
  assert.equal((await userinfo(granted.access_token)).status, 200)
  const refused = await userinfo(own.access_token)
  assert.equal(refused.status, 401)
  assert.match(refused.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
  const grant = { grant_type: 'refresh_token', refresh_token: String(own.refresh_token) }
  const exchanged = await post(server, '/oauth/token', client, grant)
  assert.equal(exchanged.body.error, 'invalid_grant')
  assert.equal((await refresh(own.refresh_token)).status, 200, 'the failed attempts did no harm')
  assert.equal((await userinfo(granted.access_token)).status, 200)
})

test('a cookie does nothing for a post from another site', async () => {
  const browser = await signedIn(user)
  const logout = async (headers: Record<string, string>) =>
    seen(await browser.fetch('/api/v1/auth/logout', { method: 'POST', headers }))
  problem(await logout({ origin: 'https://evil.example' }), 403, 'cross_site')
  problem(await logout({ 'sec-fetch-site': 'cross-site' }), 403, 'cross_site')
  problem(await logout({ 'sec-fetch-site': 'same-site' }), 403, 'cross_site')
  problem(await logout({}), 403, 'cross_site')
  assert.equal((await browser.fetch('/api/v1/users/me')).status, 200)
  assert.equal((await logout({ origin: server.url })).status, 204)
  assert.equal((await browser.fetch('/api/v1/users/me')).status, 401)
})

test('an account that was switched off is out at once', async () => {
  const gone = await server.user()
  const { body } = await login(gone)
  await server.app.db.run(sql`UPDATE users SET is_active = false WHERE id = ${gone.id}`)
  problem(await me(body.access_token), 401)
  problem(await login(gone), 401, 'invalid_credentials')
})

const clients = '/admin/clients'
const app = { client_name: 'Wiki', redirect_uris: ['https://wiki.example.com/cb'] }

async function administratorToken(): Promise<unknown> {
  const boss = await server.user()
  await assignRole(server.app.db, boss.id, ownerRole, clock.now())
  return (await login(boss)).body.access_token
}

test('admin: who is nobody is 401, who is no administrator 403', async () => {
  problem(await call(clients, { body: app }), 401, 'unauthenticated')
  const { access_token: token } = (await login()).body
  problem(await call(clients, { body: app, token }), 403, 'forbidden')
  problem(await call(`${clients}/anything`, { token }), 403, 'forbidden')
  const rotate = `${clients}/anything/rotate-secret`
  problem(await call(rotate, { method: 'POST', token }), 403, 'forbidden')
})

test('admin: a client is made, its secret shown once and rotated', async () => {
  const token = await administratorToken()
  const made = await call(clients, { body: { ...app, grant_types: ['client_credentials'] }, token })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const { client_id: id, client_secret: secret } = made.body
  assert.equal(typeof secret, 'string')
  const path = `${clients}/${String(id)}`
  const read = await call(path, { token })
  assert.equal(read.status, 200)
  assert.equal(read.body.client_name, 'Wiki')
  assert.ok(!JSON.stringify(read.body).includes(String(secret)))
  assert.equal(read.body.client_secret, undefined)

  const works = async (with_: unknown) => {
    const authorization = `Basic ${Buffer.from(`${String(id)}:${String(with_)}`).toString('base64')}`
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    const url = `${server.url}/oauth/token`
    return (await fetch(url, { method: 'POST', headers: { authorization }, body })).status
  }
  assert.equal(await works(secret), 200)
  const rotated = await call(`${path}/rotate-secret`, { method: 'POST', token })
  assert.equal(rotated.status, 200)
  assert.deepEqual(Object.keys(rotated.body), ['client_secret'])
  assert.equal(await works(secret), 401, 'the old secret is dead at once')
  assert.equal(await works(rotated.body.client_secret), 200)
})

test('admin: what is wrong with a client is named', async () => {
  const token = await administratorToken()
  const bad = async (body: unknown) => problem(await call(clients, { body, token }), 400)
  assert.deepEqual(await bad({}), ['/client_name'])
  assert.deepEqual(await bad({ ...app, colour: 'red' }), ['/colour'])
  const uris = ['https://fine.example/cb', 'http://plain.example/cb']
  assert.deepEqual(await bad({ ...app, redirect_uris: uris }), ['/redirect_uris/1'])
  problem(await call(`${clients}/c_unknown`, { token }), 404, 'not_found')
  problem(await call(`${clients}/c_unknown/rotate-secret`, { method: 'POST', token }), 404)
})

test('setup: of 50 posts at once with one link, one makes the administrator', async () => {
  const fresh = open
  assert.equal(await countUsersWithRole(fresh.app.db, 'owner'), 0)
  const token = await issueSetupToken(fresh.app)
  const spare = await issueSetupToken(fresh.app)
  const browser = fresh.browser()
  const page = await browser.open(`/setup?token=${token}`)
  assert.equal(page.status, 200)
  const password = 'engine of 1843 wheels'
  const answers = await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      const fields = { username: `ada${i}`, password, confirm: password }
      const body = new URLSearchParams({ ...hiddenFields(page.body), ...fields })
      const answer = await browser.fetch('/setup', { method: 'POST', body })
      await answer.arrayBuffer()
      return answer.status
    }),
  )
  const count = (status: number) => answers.filter((other) => other === status).length
  assert.deepEqual([count(303), count(404)], [1, 49], answers.join(' '))
  assert.equal(await countUsersWithRole(fresh.app.db, 'owner'), 1)
  const made = await fresh.app.db.many(sql`SELECT id FROM users WHERE username LIKE 'ada%'`)
  assert.equal(made.length, 1)
  for (const used of [token, spare]) {
    const closed = await browser.open(`/setup?token=${used}`)
    assert.equal(closed.status, 404)
    assert.match(closed.body, /Setup is closed/)
  }
})

test('setup: a wrong, missing or expired link is 404', async () => {
  const token = await issueSetupToken(server.app, 60)
  const browser = server.browser()
  const page = await browser.open(`/setup?token=${token}`)
  assert.equal(page.status, 200)
  clock.advance(61)
  for (const path of [
    `/setup?token=${token}`,
    '/setup?token=wrong',
    '/setup',
    '/setup?token=%00',
  ]) {
    const closed = await browser.open(path)
    assert.equal(closed.status, 404, path)
    assert.match(closed.body, /Setup is closed/)
  }
  const password = 'engine of 1843 wheels'
  const late = await browser.submit(page, { username: 'late', password, confirm: password })
  assert.equal(late.status, 404)
  const forged = await server
    .browser()
    .submit(page, { username: 'late', password, confirm: password })
  assert.equal(forged.status, 403)
})
