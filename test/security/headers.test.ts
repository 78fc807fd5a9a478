import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { issueSetupToken } from '../../src/identity/index.ts'
import { authorizePath, obtainTokens, pkce } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

let server: TestServer
let user: TestUser
let client: TestClient

before(async () => {
  server = await testServer()
  user = await server.user()
  client = await server.client()
})
after(() => server.close())

/** No other site learns the address; our own forms need an origin that is not null. */
const notElsewhere = /^(no-referrer|same-origin)$/

function sound(what: string, headers: Headers): void {
  const policy = headers.get('content-security-policy') ?? ''
  assert.match(policy, /frame-ancestors 'none'/, what)
  assert.match(policy, /default-src 'none'/, what)
  assert.doesNotMatch(policy, /unsafe-|\*/, what)
  assert.equal(headers.get('x-frame-options'), 'DENY', what)
  assert.equal(headers.get('x-content-type-options'), 'nosniff', what)
  assert.match(headers.get('referrer-policy') ?? '', notElsewhere, what)
  assert.ok(headers.get('x-request-id'), what)
  assert.equal(headers.has('x-powered-by') || headers.has('server'), false, what)
}

test('every page is unframeable, unsniffable, without referrer, and not stored', async () => {
  const token = await issueSetupToken(server.app)
  const browser = server.browser()
  const pages: Record<string, { status: number; headers: Headers; body?: unknown }> = {}
  // Pages where a password is chosen have our own scripts, and nobody else's.
  const scripted = [
    `/setup?token=${token}`,
    '/account/password',
    '/login',
    'login with a flow',
    'refused',
  ]
  for (const path of ['/', '/login', '/logout/done', '/setup', `/setup?token=${token}`]) {
    pages[path] = await browser.open(path)
  }
  const { client_id: _, ...query } = Object.fromEntries(
    new URL(authorizePath(client, pkce()), server.url).searchParams,
  )
  pages.error = await browser.open(`/oauth/authorize?${new URLSearchParams(query)}`)
  pages.nothing = await browser.open('/nothing')
  pages.method = await browser.fetch('/login', { method: 'DELETE' })
  pages.forged = await browser.fetch('/login', { method: 'POST', body: new URLSearchParams() })
  const login = await browser.open(authorizePath(client, pkce()))
  pages['login with a flow'] = login
  pages.refused = await browser.submit(login, { identifier: 'x', password: 'y' })
  const fields = { identifier: user.username, password: user.password }
  pages.consent = await browser.submit(login, fields)
  assert.match((pages.consent.body as string) ?? '', /name="decision"/)
  pages.logout = await browser.open('/logout')
  pages.landing = await browser.open('/')
  pages['/account/password'] = await browser.open('/account/password')
  for (const [what, page] of Object.entries(pages)) {
    sound(what, page.headers)
    assert.match(page.headers.get('content-type') ?? '', /^text\/html; charset=utf-8/, what)
    assert.equal(page.headers.get('cache-control'), 'no-store', what)
    assert.match(page.headers.get('content-security-policy') ?? '', /form-action 'self'/, what)
    const policy = page.headers.get('content-security-policy') ?? ''
    if (scripted.includes(what)) assert.match(policy, /script-src 'self'; worker-src 'self';/, what)
    else assert.doesNotMatch(policy, /script-src/, what)
    assert.doesNotMatch(policy, /unsafe-|script-src[^;]*http/, what)
  }
})

test('every JSON answer has the headers of data; those with tokens are not stored', async () => {
  const tokens = await obtainTokens(server, client, user)
  const bearer = { authorization: `Bearer ${String(tokens.access_token)}` }
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(server.url + path, { headers })
  const secret: [string, Promise<Response>][] = [
    ['token error', fetch(`${server.url}/oauth/token`, { method: 'POST' })],
    ['introspect error', fetch(`${server.url}/oauth/introspect`, { method: 'POST' })],
    ['revoke error', fetch(`${server.url}/oauth/revoke`, { method: 'POST' })],
    ['userinfo', get('/oauth/userinfo', bearer)],
    ['userinfo error', get('/oauth/userinfo')],
    ['me error', get('/api/v1/users/me')],
    ['api 404', get('/api/v1/nothing')],
    ['oauth 404', get('/oauth/nothing')],
    ['oauth 405', get('/oauth/token')],
    ['ready', get('/health/ready')],
    ['live', get('/health/live')],
    ['metrics', get('/metrics')],
  ]
  for (const [what, sent] of secret) {
    const response = await sent
    sound(what, response.headers)
    assert.equal(response.headers.get('cache-control'), 'no-store', what)
    await response.arrayBuffer()
  }
  for (const path of ['/.well-known/openid-configuration', '/oauth/jwks', '/assets/favicon.svg']) {
    const response = await get(path)
    assert.equal(response.status, 200, path)
    sound(path, response.headers)
    await response.arrayBuffer()
  }
})

test('a redirect that carries a code is not stored and gives no referrer', async () => {
  const { browser } = await obtainTokens(server, client, user)
  const response = await browser.fetch(authorizePath(client, pkce()))
  assert.match(response.headers.get('location') ?? '', /[?&]code=/)
  assert.equal(response.status, 303)
  assert.equal(response.headers.get('cache-control'), 'no-store')
  assert.match(response.headers.get('referrer-policy') ?? '', notElsewhere)
})

const cookieLines = async (url: string, path: string) =>
  (await fetch(url + path, { redirect: 'manual' })).headers.getSetCookie()

/** The one that the frame of OpenID Connect Session Management reads on the pages of others. */
const forScripts = (line: string) => /^(__Host-)?cardea_state=/.test(line)

test('over plain http cookies are HttpOnly but for one, Lax, for / and the host alone', async () => {
  const lines = await cookieLines(server.url, authorizePath(client, pkce()))
  const browser = server.browser()
  const page = await browser.open('/login')
  const { hiddenFields } = await import('../harness/browser.ts')
  const fields = { ...hiddenFields(page.body), identifier: user.username, password: user.password }
  const body = new URLSearchParams(fields)
  const answer = await browser.fetch('/login', { method: 'POST', body })
  const all = [...lines, ...answer.headers.getSetCookie()]
  assert.equal(all.length, 4)
  for (const line of all) {
    assert.equal(/; HttpOnly/.test(line), !forScripts(line), line)
    assert.match(line, /; SameSite=Lax/)
    assert.match(line, /; Path=\/(;|$)/)
    assert.doesNotMatch(line, /Domain|Secure|__Host-/)
  }
  assert.equal((await fetch(server.url)).headers.has('strict-transport-security'), false)
})

test('over https cookies are Secure and __Host-, and HSTS is told', async () => {
  const secure = await testServer({ env: { CARDEA_PUBLIC_URL: 'https://id.example.com' } })
  try {
    const local = `http://127.0.0.1:${secure.config.http.port}`
    const response = await fetch(`${local}/login`)
    const lines = response.headers.getSetCookie()
    assert.equal(lines.length, 1)
    const person = await secure.user()
    const { hiddenFields } = await import('../harness/browser.ts')
    const login = await fetch(`${local}/login`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: lines[0]?.split(';')[0] ?? '',
        origin: 'https://id.example.com',
        'sec-fetch-site': 'same-origin',
      },
      body: new URLSearchParams({
        ...hiddenFields(await response.text()),
        identifier: person.username,
        password: person.password,
      }),
    })
    assert.equal(login.status, 303)
    const session = login.headers.getSetCookie()
    assert.equal(session.length, 3)
    for (const line of [...lines, ...session]) {
      assert.match(line, /^__Host-cardea_/)
      assert.match(line, /; Secure/)
      assert.equal(/; HttpOnly/.test(line), !forScripts(line), line)
      assert.match(line, forScripts(line) ? /; SameSite=None/ : /; SameSite=Lax/)
      assert.match(line, /; Path=\/(;|$)/)
      assert.doesNotMatch(line, /Domain/i)
    }
    for (const path of ['/', '/login', '/oauth/jwks', '/health/live', '/api/v1/nothing']) {
      const { headers } = await fetch(local + path)
      assert.match(headers.get('strict-transport-security') ?? '', /max-age=\d{8}/, path)
    }
  } finally {
    await secure.close()
  }
})

test('pages are cut off from their opener, but not those of a flow, which may be a popup', async () => {
  const policy = 'cross-origin-opener-policy'
  const browser = server.browser()
  const path = authorizePath(client, pkce(), { display: 'popup' })
  const redirect = await browser.fetch(path)
  assert.equal(redirect.headers.get(policy), null, 'the authorization request')
  const login = await browser.open(path)
  assert.equal(login.headers.get(policy), null, 'the login page of a flow')
  assert.equal((await browser.open('/login')).headers.get(policy), 'same-origin')
  const fields = { identifier: user.username, password: user.password }
  const consent = await browser.submit(login, fields)
  assert.equal(consent.headers.get(policy), null, 'the consent page')
  assert.equal((await browser.open('/')).headers.get(policy), 'same-origin')
})
