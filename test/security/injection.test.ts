import assert from 'node:assert/strict'
import { request as rawRequest } from 'node:http'
import { after, before, test } from 'node:test'
import { issueSetupToken } from '../../src/identity/index.ts'
import { hiddenFields } from '../harness/browser.ts'
import { authorizePath, basic, obtainTokens, pkce, post } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

let server: TestServer
let user: TestUser
let client: TestClient

before(async () => {
  server = await testServer({ env: { CARDEA_REGISTRATION_MODE: 'open' } })
  user = await server.user()
  client = await server.client({ post_logout_redirect_uris: ['https://app.example.com/bye'] })
})
after(() => server.close())

const hostile = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&{{7*7}}\${7*7}`

function unharmed(what: string, body: string): void {
  assert.doesNotMatch(body, /<script>|<img|onerror='|"><(script|img)/, what)
}

test('XSS: what strangers write never appears unescaped on a page', async () => {
  const app = await server.client({
    client_name: `App ${hostile}`,
    client_uri: 'https://a.example',
  })
  const name = `eve"><script>alert(1)</script>`
  const eve = await server.user({
    username: name,
    email: 'eve@example.com',
    profile: { name: `Eve ${hostile}` },
  })
  const browser = server.browser()
  const fields = { state: hostile, login_hint: hostile, nonce: hostile }
  const login = await browser.open(authorizePath(app, pkce(), fields))
  assert.match(login.body, /&(lt|#60);script&(gt|#62);/)
  unharmed('login', login.body)
  const refused = await browser.submit(login, { identifier: hostile, password: hostile })
  assert.equal(refused.status, 400)
  unharmed('refused login', refused.body)
  const consent = await browser.submit(login, { identifier: eve.username, password: eve.password })
  assert.match(consent.body, /name="decision"/)
  unharmed('consent', consent.body)
  unharmed('landing', (await browser.open('/')).body)
  unharmed('logout', (await browser.open('/logout')).body)
  const left = await browser.submit(consent, { decision: 'deny' })
  assert.equal(left.left?.searchParams.get('state'), hostile)
  const posted = await browser.open(
    authorizePath(app, pkce(), { ...fields, response_mode: 'form_post', prompt: 'none' }),
  )
  assert.match(posted.body, /data-auto-submit/)
  unharmed('form_post', posted.body)
})

test('XSS: error pages do not repeat what was sent', async () => {
  const at = encodeURIComponent(hostile)
  const paths = [
    `/${at}`,
    `/oauth/authorize?client_id=${at}`,
    `/oauth/authorize?client_id=${client.id}&redirect_uri=${at}`,
    `/oauth/authorize?${at}=1&${at}=2`,
    `/oauth/authorize/resume?flow=${at}`,
    `/oauth/logout?id_token_hint=${at}`,
    `/oauth/logout?client_id=${client.id}&post_logout_redirect_uri=${at}`,
    `/login?flow=${at}`,
    `/consent?flow=${at}`,
    `/logout?flow=${at}`,
    `/setup?token=${at}`,
    `/login?error=${at}&error_description=${at}&message=${at}`,
  ]
  for (const path of paths) {
    const seen = await server.browser().open(path)
    assert.ok(path.startsWith('/login?error') || (seen.status >= 400 && seen.status < 500), path)
    unharmed(path, seen.body)
    assert.doesNotMatch(seen.body, /7\*7/, path)
  }
  const token = await issueSetupToken(server.app)
  const browser = server.browser()
  const page = await browser.open(`/setup?token=${token}`)
  const fields = { username: hostile, email: hostile, name: hostile, password: 'a', confirm: 'b' }
  const again = await browser.submit(page, fields)
  assert.equal(again.status, 400)
  unharmed('setup', again.body)
})

const evil = [
  'https://evil.example',
  'https://evil.example/callback',
  '//evil.example',
  String.raw`/\evil.example`,
  'javascript:alert(1)',
  'data:text/html,x',
  `${callback}/../evil`,
  `${callback}@evil.example`,
  `${callback}.evil.example`,
  callback.replace('https://', 'https://evil.example@'),
  callback.replace('app.', 'app.evil.'),
  callback.toUpperCase(),
  `${callback}#x`,
  `${callback}?x=1`,
  `${callback}%0d%0aSet-Cookie:x=y`,
]

test('open redirects: no endpoint sends a browser to a place that is not registered', async () => {
  const signedIn = (await obtainTokens(server, client, user)).browser
  for (const browser of [server.browser(), signedIn]) {
    for (const uri of evil) {
      const at = encodeURIComponent(uri)
      const ask = authorizePath(client, pkce(), { redirect_uri: uri })
      const bad = authorizePath(client, pkce(), { redirect_uri: uri, scope: '"', prompt: 'none' })
      const logout = `/oauth/logout?client_id=${client.id}&post_logout_redirect_uri=${at}`
      const loose = `/oauth/logout?post_logout_redirect_uri=${at}`
      for (const path of [ask, bad, logout, loose]) {
        const response = await browser.fetch(path)
        assert.equal(response.status, 400, `${path} ${uri}`)
        assert.equal(response.headers.get('location'), null, path)
        await response.arrayBuffer()
      }
      const names = ['return_to', 'next', 'redirect', 'continue', 'redirect_uri', 'url']
      for (const path of [
        ...names.map((name) => `/login?${name}=${at}`),
        `/login?flow=${at}`,
        `/logout?flow=${at}`,
        `/consent?flow=${at}`,
        `/logout/done?redirect_uri=${at}`,
      ]) {
        const response = await browser.fetch(path)
        const location = response.headers.get('location') ?? '/'
        assert.equal(new URL(location, server.url).origin, server.url, path)
        await response.arrayBuffer()
      }
    }
  }
})

test('a path that looks like another host is not redirected to', async () => {
  for (const path of ['//evil.example/', '//evil.example/%2e%2e', String.raw`/\evil.example/`]) {
    const { status, location } = await send('GET', path)
    assert.ok(status === 404 || status === 400, `${path} ${status}`)
    assert.equal(location, undefined)
  }
})

const sql = [
  `' OR '1'='1`,
  `'; DROP TABLE users; --`,
  `") OR 1=1 --`,
  `1; SELECT pg_sleep(5)`,
  `$1`,
  `%' UNION SELECT password_hash FROM users --`,
]

test('SQL in any text parameter is a clean refusal', async () => {
  const { browser } = await obtainTokens(server, client, user)
  for (const text of sql) {
    const at = encodeURIComponent(text)
    for (const name of ['client_id', 'redirect_uri', 'scope', 'prompt', 'max_age', 'claims']) {
      const response = await browser.fetch(authorizePath(client, pkce(), { [name]: text }))
      assert.ok([303, 400].includes(response.status), `${name} ${text} ${response.status}`)
      const location = response.headers.get('location')
      if (location !== null && name !== 'scope') assert.match(location, /[?&]error=/, name)
    }
    for (const path of [
      `/login?flow=${at}`,
      `/setup?token=${at}`,
      `/oauth/logout?client_id=${at}`,
    ]) {
      const { status } = await server.browser().open(path)
      assert.ok(status < 500, `${path} ${status}`)
    }
    for (const name of ['code', 'refresh_token', 'grant_type', 'code_verifier', 'redirect_uri']) {
      for (const grant of ['authorization_code', 'refresh_token']) {
        const sound = { grant_type: grant, code: 'x', refresh_token: 'y', redirect_uri: callback }
        const { status } = await post(server, '/oauth/token', client, { ...sound, [name]: text })
        assert.equal(status, 400, `${grant} ${name}`)
      }
    }
    const credentials = { client_id: text, client_secret: text, grant_type: 'client_credentials' }
    assert.equal((await post(server, '/oauth/token', undefined, credentials)).status, 401)
    const asked = await post(server, '/oauth/introspect', client, { token: text })
    assert.deepEqual(asked.body, { active: false })
    assert.equal((await post(server, '/oauth/revoke', client, { token: text })).status, 200)
    const login = await api('/api/v1/auth/login', { identifier: text, password: text })
    assert.equal(login, 401)
    assert.equal(await api('/api/v1/auth/refresh', { refresh_token: text }), 401)
    const page = await server.browser().open('/login')
    assert.equal(page.status, 200)
  }
  assert.equal((await server.user()).isActive, true)
})

async function api(path: string, body: unknown): Promise<number> {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  await response.arrayBuffer()
  return response.status
}

function send(
  method: string,
  path: string,
  body?: Buffer | string,
  headers: Record<string, string> = {},
): Promise<{ status: number; location: string | undefined }> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const asked = rawRequest({ method, path, host: hostname, port, headers }, (response) => {
      response.resume()
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, location: response.headers.location }),
      )
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }

test('NUL bytes and broken encodings in a path or a query are refused, never an error of ours', async () => {
  const paths = ['/%', '/%zz', '/%00', '/%c0%ae', '/%ff', '/assets/%2e%2e/%2e%2e/etc/passwd']
  for (const path of [...paths, '/assets/..%2f..%2fpackage.json', '/api/v1/admin/clients/%00']) {
    const { status } = await send('GET', path)
    assert.ok(status >= 400 && status < 500, `${path} ${status}`)
  }
  const queries = ['client_id=%00', 'client_id=a%00b', 'client_id=%01', 'client_id=%7f']
  for (const text of queries) {
    for (const path of ['/oauth/authorize', '/oauth/logout']) {
      assert.equal((await send('GET', `${path}?${text}`)).status, 400, `${path} ${text}`)
    }
  }
  for (const text of ['%ff', '%c0%80', '%', '%zz', '%ed%a0%80']) {
    for (const path of [
      '/oauth/authorize?client_id=',
      '/oauth/logout?id_token_hint=',
      '/login?flow=',
    ]) {
      const { status } = await send('GET', path + text)
      assert.equal(status, 400, `${path}${text}`)
    }
    assert.equal((await send('GET', `/setup?token=${text}`)).status, 404)
  }
  assert.equal((await send('GET', '/login?flow=%00')).status, 400)
})

test('NUL bytes and broken encodings in a form are refused, never an error of ours', async () => {
  const headers = { ...form, ...basic(client) }
  for (const text of ['%00', 'a%00', '%1f', '%ff', '%', '%zz', '%ed%a0%80']) {
    for (const path of ['/oauth/token', '/oauth/introspect', '/oauth/revoke']) {
      const fields = `grant_type=refresh_token&refresh_token=${text}&token=${text}`
      const { status } = await send('POST', path, fields, headers)
      assert.ok(
        status === 400 || (status === 200 && path !== '/oauth/token'),
        `${path} ${text} ${status}`,
      )
    }
    const bytes = Buffer.from([0x63, 0x6f, 0x64, 0x65, 0x3d, 0xff, 0xfe, 0x00])
    assert.equal((await send('POST', '/oauth/token', bytes, headers)).status, 400)
    const browser = server.browser()
    const { csrf = '' } = hiddenFields((await browser.open('/login')).body)
    const body = `csrf=${csrf}&identifier=${text}&password=${text}`
    const response = await browser.fetch('/login', { method: 'POST', headers: form, body })
    assert.equal(response.status, 400, text)
  }
  const nul = { identifier: 'a\0', password: 'b\0' }
  assert.ok([400, 401].includes(await api('/api/v1/auth/login', nul)))
  assert.ok([400, 401].includes(await api('/api/v1/auth/login', { ...nul, identifier: '\ud800' })))
})

test('NUL bytes in the name of a new account are refused, never an error of ours', async () => {
  const account = { username: 'nul-user', password: 'correct horse battery staple' }
  assert.equal(await api('/api/v1/auth/register', { ...account, username: 'a\0' }), 400)
  assert.equal(await api('/api/v1/auth/register', { ...account, email: 'a\0@example.com' }), 400)
  assert.equal(await api('/api/v1/auth/register', { ...account, name: 'a\0' }), 400)
  assert.equal(await api('/api/v1/auth/register', { ...account, name: 'a\ud800' }), 400)
})

test('NUL bytes in the name of the first administrator are refused', async () => {
  const password = 'correct horse battery staple'
  const token = await issueSetupToken(server.app)
  const browser = server.browser()
  const page = await browser.open(`/setup?token=${token}`)
  const fields = { username: 'root', email: 'root@example.com', password, confirm: password }
  assert.equal((await browser.submit(page, { ...fields, name: 'a\0' })).status, 400)
})

test('a claims parameter that cannot be stored is refused, never an error of ours', async () => {
  const { browser } = await obtainTokens(server, client, user)
  for (const part of [String.raw`a\u0000b`, String.raw`a\ud800b`]) {
    for (const claims of [
      `{"userinfo":{"${part}":null}}`,
      `{"id_token":{"a":{"value":"${part}"}}}`,
    ]) {
      const response = await browser.fetch(authorizePath(client, pkce(), { claims }))
      assert.match(response.headers.get('location') ?? '', /[?&]error=invalid_request/, claims)
    }
  }
})

test('a claims parameter with values that are no list is refused, never an error of ours', async () => {
  const { browser } = await obtainTokens(server, client, user)
  const claims = '{"id_token":{"acr":{"essential":true,"values":1}}}'
  const response = await browser.fetch(authorizePath(client, pkce(), { claims }))
  assert.match(response.headers.get('location') ?? '', /[?&]error=/, `${response.status}`)
})

test('oversized bodies are 413 on every surface', async () => {
  const big = 'x'.repeat(70_000)
  for (const path of [
    '/login',
    '/consent',
    '/logout',
    '/setup',
    '/oauth/authorize',
    '/oauth/token',
  ]) {
    assert.equal((await send('POST', path, `a=${big}`, form)).status, 413, path)
  }
  assert.equal(await api('/api/v1/auth/login', { identifier: 'a', password: big }), 413)
})

test('NUL bytes in what an administrator registers are refused, never an error of ours', async () => {
  const { assignRole, ownerRole } = await import('../../src/access/index.ts')
  const owner = await server.user()
  await server.app.db.transaction((tx) => assignRole(tx, owner.id, ownerRole, new Date()))
  const json = { 'content-type': 'application/json' }
  const answer = await fetch(`${server.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ identifier: owner.username, password: owner.password }),
  })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  const sound = { client_name: 'App', redirect_uris: [callback] }
  const register = async (part: Record<string, unknown>) => {
    const response = await fetch(`${server.url}/api/v1/admin/clients`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${token}` },
      body: JSON.stringify({ ...sound, ...part }),
    })
    return response.status
  }
  const seen = [
    await register({}),
    await register({ client_name: 'a\0' }),
    await register({ client_name: 'a\ud800' }),
    await register({ client_uri: 'https://a.example/\0' }),
    await register({ jwks: { keys: [{ kty: 'RSA', kid: 'a\0' }] } }),
  ]
  assert.deepEqual(seen, [201, 400, 400, 400, 400])
})
