import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { issueSetupToken } from '../../src/identity/index.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import { authorizePath, pkce } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { rows } from './rows.ts'

let server: TestServer
let user: TestUser
let client: TestClient

before(async () => {
  server = await testServer()
  user = await server.user()
  client = await server.client()
})
after(() => server.close())

const counted = async () => {
  const [row] = await rows(
    server.databaseUrl,
    `SELECT (SELECT count(*)::int FROM sessions WHERE ended_at IS NULL) AS sessions,
      (SELECT count(*)::int FROM consents) AS consents, (SELECT count(*)::int FROM users) AS users,
      (SELECT count(*)::int FROM setup_tokens) AS links,
      (SELECT count(*)::int FROM audit_log) AS audit`,
  )
  return row
}

const foreign: Record<string, string>[] = [
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
]

/** Posts a form in every forged way, then in the sound way. */
async function forge(
  browser: Browser,
  page: Visit,
  path: string,
  fields: Record<string, string>,
): Promise<Response> {
  const hidden = hiddenFields(page.body)
  assert.ok(hidden.csrf, `the page of ${path} has a token`)
  const stranger = hiddenFields((await server.browser().open('/login')).body).csrf ?? ''
  const send = (values: Record<string, string>, headers: Record<string, string> = {}) =>
    browser.fetch(path, { method: 'POST', headers, body: new URLSearchParams(values) })
  const { csrf: _, ...without } = hidden
  const state = await counted()
  const forged: [string, Promise<Response>][] = [
    ['no token', send({ ...without, ...fields })],
    ['an empty token', send({ ...hidden, ...fields, csrf: '' })],
    ['a made up token', send({ ...hidden, ...fields, csrf: 'x'.repeat(43) })],
    ["another browser's token", send({ ...hidden, ...fields, csrf: stranger })],
    ...foreign.map((headers): [string, Promise<Response>] => [
      JSON.stringify(headers),
      send({ ...hidden, ...fields }, headers),
    ]),
  ]
  for (const [why, sent] of forged) {
    const response = await sent
    assert.equal(response.status, 403, `${path}: ${why}`)
    assert.equal(response.headers.get('location'), null)
    assert.doesNotMatch(response.headers.getSetCookie().join(), /cardea_session/)
  }
  assert.deepEqual(await counted(), state, `${path}: nothing has changed`)
  return send({ ...hidden, ...fields }, { origin: server.url, 'sec-fetch-site': 'same-origin' })
}

test('POST /login, /consent and /logout are honoured from our own page in the same browser only', async () => {
  const browser = server.browser()
  const login = await browser.open(authorizePath(client, pkce()))
  const credentials = { identifier: user.username, password: user.password }
  const signedIn = await forge(browser, login, '/login', credentials)
  assert.equal(signedIn.status, 303)

  const consent = await browser.open(signedIn.headers.get('location') ?? '')
  const allowed = await forge(browser, consent, '/consent', { decision: 'allow' })
  assert.equal(allowed.status, 303)
  assert.match(allowed.headers.get('location') ?? '', /^\/oauth\/authorize\/resume/)

  const logout = await browser.open('/logout')
  const left = await forge(browser, logout, '/logout', {})
  assert.equal(left.headers.get('location'), '/logout/done')
  assert.equal((await counted())?.sessions, 0)
})

test('POST /setup is honoured from our own page only, and the link survives a forgery', async () => {
  const token = await issueSetupToken(server.app)
  const browser = server.browser()
  const page = await browser.open(`/setup?token=${token}`)
  const password = 'correct horse battery staple'
  const fields = { username: 'root', email: 'root@example.com', password, confirm: password }
  const made = await forge(browser, page, '/setup', fields)
  assert.equal(made.status, 303)
})

test('a form without the cookie of its browser is refused', async () => {
  const page = await server.browser().open('/login')
  const response = await fetch(`${server.url}/login`, {
    method: 'POST',
    body: new URLSearchParams({
      ...hiddenFields(page.body),
      identifier: user.username,
      password: user.password,
    }),
  })
  assert.equal(response.status, 403)
})

test('GET never signs out, and a cookie alone never writes through the API', async () => {
  const browser = server.browser()
  await signIn(browser)
  await browser.open('/logout')
  await browser.open('/oauth/logout')
  assert.equal((await browser.fetch('/api/v1/users/me')).status, 200)
  for (const headers of [{}, ...foreign]) {
    const response = await browser.fetch('/api/v1/auth/logout', { method: 'POST', headers })
    assert.equal(response.status, 403, JSON.stringify(headers))
  }
  assert.equal((await browser.fetch('/api/v1/users/me')).status, 200)
})

async function signIn(browser: Browser): Promise<void> {
  const page = await browser.open('/login')
  await browser.submit(page, { identifier: user.username, password: user.password })
}

test('a flow continues only in the browser that began it', async () => {
  const victim = server.browser()
  const page = await victim.open(authorizePath(client, pkce()))
  const flow = new URL(page.url).searchParams.get('flow') ?? ''
  const other = server.browser()
  await signIn(other)
  for (const path of ['/login', '/consent', '/logout', '/oauth/authorize/resume']) {
    const seen = await other.open(`${path}?flow=${flow}`)
    assert.equal(seen.status, 400, path)
    assert.equal(seen.left, undefined)
  }
})
