import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setClientActive } from '../../src/clients/index.ts'
import type { Fields } from '../harness/oauth.ts'
import { authorizePath, obtainCode, passPages, pkce, query, redeem } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

let server: TestServer
let user: TestUser
let client: TestClient

before(async () => {
  server = await testServer()
  user = await server.user()
  client = await server.client()
})
after(() => server.close())

const proof = pkce()
const go = (path: string) => fetch(server.url + path, { redirect: 'manual' })

/** The same request once by GET and once by POST. */
async function both(path: string): Promise<Response[]> {
  const [at = '', search = ''] = path.split('?')
  const body = new URLSearchParams(search)
  return Promise.all([
    go(path),
    fetch(server.url + at, { method: 'POST', body, redirect: 'manual' }),
  ])
}

async function assertPage(path: string, code: string, parameter: string, why: string) {
  for (const response of await both(path)) {
    const body = await response.text()
    assert.equal(response.status, 400, why)
    assert.equal(response.headers.get('location'), null, why)
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/, why)
    assert.ok(body.includes(`<code>${code}</code>`), `${why}: ${code}`)
    assert.ok(body.includes(`<code>${parameter}</code>`), `${why}: ${parameter}`)
  }
}

async function assertRedirect(fields: Fields, error: string, why: string, as = client) {
  for (const response of await both(authorizePath(as, proof, fields))) {
    assert.equal(response.status, 303, why)
    assert.equal(response.headers.get('cache-control'), 'no-store')
    const to = new URL(response.headers.get('location') ?? '', server.url)
    assert.equal(to.origin + to.pathname, callback, why)
    assert.equal(to.searchParams.get('error'), error, why)
    assert.equal(to.searchParams.get('state'), 'st-1', why)
    assert.equal(to.searchParams.get('iss'), server.url, why)
    assert.equal(to.searchParams.get('code'), null, why)
    assert.ok(to.searchParams.get('error_description'), why)
  }
}

test('RFC 6749 §4.1.2: the answer has code, state and iss (RFC 9207 §2)', async () => {
  const page = await passPages(server.browser(), authorizePath(client, proof), user)
  assert.equal(`${page.left?.origin}${page.left?.pathname}`, callback)
  assert.deepEqual(
    [...(page.left?.searchParams.keys() ?? [])],
    ['code', 'state', 'iss', 'session_state'],
  )
  assert.equal(page.left?.searchParams.get('state'), 'st-1')
  assert.equal(page.left?.searchParams.get('iss'), server.url)
  assert.equal(page.status, 303)
})

test('RFC 6749 §4.1.2: without a state in the request there is none in the answer', async () => {
  const path = authorizePath(client, proof, { state: undefined })
  const page = await passPages(server.browser(), path, user)
  assert.equal(page.left?.searchParams.has('state'), false)
  assert.ok(page.left?.searchParams.get('code'))
})

test('RFC 6749 §3.1: a request may be posted and then goes through the same pages', async () => {
  const browser = server.browser()
  const [at = '', search = ''] = authorizePath(client, proof).split('?')
  const posted = await browser.fetch(at, { method: 'POST', body: new URLSearchParams(search) })
  assert.equal(posted.status, 303)
  const location = posted.headers.get('location') ?? ''
  assert.match(location, /^\/login\?flow=/)
  const page = await passPages(browser, location, user)
  const code = page.left?.searchParams.get('code') ?? ''
  assert.equal((await redeem(server, client, code, proof.verifier)).status, 200)
})

test('RFC 6749 §3.1: unknown parameters are ignored', async () => {
  const response = await go(authorizePath(client, proof, { frobnicate: '1' }))
  assert.match(response.headers.get('location') ?? '', /^\/login\?flow=/)
})

test('RFC 6749 §4.1.2.1: without a sure client the person sees a page', async () => {
  const inactive = await server.client()
  await setClientActive(server.app.db, inactive.id, false, new Date())
  const path = (client_id?: string) => authorizePath(client, proof, { client_id })
  await assertPage(path(), 'invalid_request', 'client_id', 'missing')
  await assertPage(path(''), 'invalid_request', 'client_id', 'empty')
  await assertPage(path('nobody'), 'invalid_client', 'client_id', 'unknown')
  await assertPage(path(client.id.toUpperCase()), 'invalid_client', 'client_id', 'other case')
  await assertPage(path('x'.repeat(300)), 'invalid_client', 'client_id', 'overlong')
  await assertPage(path(inactive.id), 'invalid_client', 'client_id', 'inactive')
  const twice = `${path(client.id)}&client_id=${client.id}`
  await assertPage(twice, 'invalid_request', 'client_id', 'repeated')
})

test('RFC 9700 §2.1: a redirect URI is compared as an exact string', async () => {
  const mutations = [
    `${callback}/`,
    'https://app.example.com/Callback',
    'https://APP.example.com/callback',
    'HTTPS://app.example.com/callback',
    `${callback}?x=1`,
    `${callback}?`,
    `${callback}#`,
    `${callback}#fragment`,
    'https://user@app.example.com/callback',
    'https://app.example.com@evil.example/callback',
    'https://app.example.com/%63allback',
    'https://app.example.com/callback%2f',
    'https://app.example.com/x/../callback',
    'https://app.example.com:443/callback',
    'https://app.example.com:8443/callback',
    'https://app.example.com.evil.example/callback',
    'https://evil.example/callback',
    'http://app.example.com/callback',
    'https://app.example.com\\@evil.example/callback',
    ' https://app.example.com/callback',
    '//app.example.com/callback',
    'javascript:alert(1)',
    callback.slice(0, -1),
  ]
  for (const redirect_uri of mutations) {
    const path = authorizePath(client, proof, { redirect_uri })
    await assertPage(path, 'invalid_request', 'redirect_uri', redirect_uri)
  }
  const twice = `${authorizePath(client, proof)}&${query({ redirect_uri: callback })}`
  await assertPage(twice, 'invalid_request', 'redirect_uri', 'repeated')
})

test('RFC 6749 §4.1.2.1: a wrong redirect URI wins over every other failure', async () => {
  const wrong = { redirect_uri: 'https://evil.example/', response_type: 'token', prompt: 'none' }
  const path = authorizePath(client, proof, wrong)
  await assertPage(path, 'invalid_request', 'redirect_uri', 'no open redirector')
})

test('RFC 6749 §3.1.2.3: a redirect URI may be left out only when one alone is registered', async () => {
  const two = await server.client({ redirect_uris: [callback, `${callback}/2`] })
  const path = authorizePath(two, proof, { redirect_uri: undefined })
  await assertPage(path, 'invalid_request', 'redirect_uri', 'two are registered')
  const { code } = await obtainCode(server, client, user, {
    fields: { redirect_uri: undefined, code_challenge: proof.challenge },
  })
  const answer = await redeem(server, client, code, proof.verifier, { redirect_uri: undefined })
  assert.equal(answer.status, 200, 'and then the token request needs none either')
})

test('RFC 8252 §7.3: only the port of a loopback address may differ', async () => {
  const native = await server.client({
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/cb', 'http://[::1]:9000/cb', 'http://localhost:9000/cb'],
  })
  const ask = async (redirect_uri: string) =>
    (await go(authorizePath(native, proof, { redirect_uri }))).status
  assert.equal(await ask('http://127.0.0.1/cb'), 303)
  assert.equal(await ask('http://127.0.0.1:51234/cb'), 303)
  assert.equal(await ask('http://[::1]:51234/cb'), 303)
  assert.equal(await ask('http://localhost:9000/cb'), 303)
  assert.equal(await ask('http://localhost:9001/cb'), 400, 'a name is not an address')
  assert.equal(await ask('http://127.0.0.1:51234/other'), 400)
  assert.equal(await ask('http://127.0.0.1:51234/cb?x=1'), 400)
  assert.equal(await ask('http://127.0.0.1:0/cb'), 400)
  assert.equal(await ask('http://127.0.0.1:99999/cb'), 400)
  assert.equal(await ask('http://127.0.0.1:/cb'), 400)
  assert.equal(await ask('http://127.0.0.2:51234/cb'), 400)
  assert.equal(await ask('https://127.0.0.1:51234/cb'), 400)
  assert.equal(await ask('http://127.0.0.1:1@evil.example/cb'), 400)
  assert.equal(await ask('http://127.0.0.1.evil.example/cb'), 400)
})

test('RFC 8252 §7.3: a code for another loopback port is redeemed with that very port', async () => {
  const native = await server.client({
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/cb'],
  })
  const redirect_uri = 'http://127.0.0.1:51234/cb'
  const made = await obtainCode(server, native, user, { fields: { redirect_uri } })
  const other = { redirect_uri: 'http://127.0.0.1:51235/cb' }
  const refused = await redeem(server, native, made.code, made.proof.verifier, other)
  assert.equal(refused.body.error, 'invalid_grant')
  const fine = await redeem(server, native, made.code, made.proof.verifier, { redirect_uri })
  assert.equal(fine.status, 200)
})

test('RFC 6749 §3.1.1: response_type', async () => {
  await assertRedirect({ response_type: undefined }, 'invalid_request', 'missing')
  await assertRedirect({ response_type: '' }, 'invalid_request', 'empty')
  for (const response_type of ['CODE', 'code code', 'code none', 'frobnicate']) {
    await assertRedirect({ response_type }, 'unsupported_response_type', response_type)
  }
  await assertRedirect({ response_type: 'none' }, 'unauthorized_client', 'not registered')
  const machine = await server.client({
    grant_types: ['client_credentials'],
    redirect_uris: [callback],
  })
  await assertRedirect({}, 'unauthorized_client', 'a client without the grant', machine)
})

test('RFC 7636 §4.4.1: PKCE', async () => {
  const bare = { code_challenge: undefined, code_challenge_method: undefined }
  await assertRedirect(bare, 'invalid_request', 'missing')
  await assertRedirect({ code_challenge: undefined }, 'invalid_request', 'a method alone')
  await assertRedirect({ code_challenge_method: undefined }, 'invalid_request', 'plain by default')
  await assertRedirect({ code_challenge_method: 'plain' }, 'invalid_request', 'plain')
  await assertRedirect({ code_challenge_method: 's256' }, 'invalid_request', 'other case')
  for (const code_challenge of ['short', `${proof.challenge}A`, `${proof.challenge.slice(1)}=`]) {
    await assertRedirect({ code_challenge }, 'invalid_request', code_challenge)
  }
})

test('RFC 9700 §4.8.2: an exempted client that began without a challenge may not bring a verifier', async () => {
  const exempted = await server.client({ require_pkce: false })
  const fields = { code_challenge: undefined, code_challenge_method: undefined }
  const first = await obtainCode(server, exempted, user, { fields })
  const refused = await redeem(server, exempted, first.code, first.proof.verifier)
  assert.equal(refused.body.error, 'invalid_grant')
  const second = await obtainCode(server, exempted, user, { fields })
  assert.equal((await redeem(server, exempted, second.code, undefined)).status, 200)
  await assertRedirect({ code_challenge_method: 'plain' }, 'invalid_request', 'plain', exempted)
  const third = await obtainCode(server, exempted, user)
  const without = await redeem(server, exempted, third.code, undefined)
  assert.equal(without.body.error, 'invalid_grant', 'whoever sent a challenge must prove it')
})

test('RFC 9700 §2.1.1: a public client cannot be exempted from PKCE', async () => {
  const input = { token_endpoint_auth_method: 'none', require_pkce: false } as const
  await assert.rejects(server.client(input))
})

test('RFC 6749 §3.3: unknown scopes are ignored, known ones that the client may not have refused', async () => {
  const { code, proof: own } = await obtainCode(server, client, user, {
    fields: { scope: 'openid frobnicate' },
  })
  assert.equal((await redeem(server, client, code, own.verifier)).body.scope, 'openid')
  const narrow = await server.client({ scope: 'openid' })
  await assertRedirect({ scope: 'openid email' }, 'invalid_scope', 'forbidden', narrow)
  await assertRedirect({ scope: 'openid "x"' }, 'invalid_scope', 'malformed')
  await assertRedirect({ scope: 'openid  email' }, 'invalid_scope', 'two spaces')
})

test('OIDC Core §3.1.2.6: request objects and registration are refused with codes of their own', async () => {
  await assertRedirect({ request: 'e30.e30.' }, 'invalid_request_object', 'request')
  await assertRedirect({ request_uri: 'https://x.example/r' }, 'invalid_request_uri', 'request_uri')
  await assertRedirect({ registration: '{}' }, 'registration_not_supported', 'registration')
  await assertRedirect({ resource: 'https://api.example' }, 'invalid_target', 'RFC 8707 §2')
})

test('OIDC Core §3.1.2.1: malformed response_mode, prompt, max_age, claims and id_token_hint', async () => {
  const cases: Fields[] = [
    { response_mode: 'query.JWT' },
    { response_mode: 'web_message' },
    { prompt: 'none login' },
    { prompt: 'frobnicate' },
    { prompt: 'NONE' },
    { max_age: '-1' },
    { max_age: '1.5' },
    { max_age: 'soon' },
    { claims: '{' },
    { claims: '[]' },
    { claims: '{"id_token":[]}' },
    { claims: '{"userinfo":{"email":true}}' },
    { id_token_hint: 'garbage' },
  ]
  for (const fields of cases) {
    await assertRedirect(fields, 'invalid_request', JSON.stringify(fields))
  }
})

test('RFC 6749 §4.1.2.1: the client is told of a repeated or unprintable other parameter', async () => {
  const iss = server.url
  for (const extra of ['scope=openid', 'nonce=%00', 'prompt=%ff', `nonce=${'a'.repeat(9000)}`]) {
    const fields = { nonce: undefined, prompt: undefined }
    const response = await go(`${authorizePath(client, proof, fields)}&${extra}`)
    const why = extra.slice(0, 20)
    assert.equal(response.status, 303, why)
    const to = new URL(response.headers.get('location') ?? '', server.url)
    assert.equal(to.origin + to.pathname, callback, why)
    const { error, state, iss: from } = Object.fromEntries(to.searchParams)
    assert.deepEqual([error, state, from], ['invalid_request', 'st-1', iss], why)
  }
})

test('RFC 6749 §3.1.2: a query that the redirect URI has already is kept', async () => {
  const redirect_uri = `${callback}?tenant=a%20b&x=`
  const keeper = await server.client({ redirect_uris: [redirect_uri] })
  const page = await passPages(
    server.browser(),
    authorizePath(keeper, proof, { redirect_uri }),
    user,
  )
  assert.ok(page.left?.href.startsWith(`${redirect_uri}&code=`), page.left?.href)
  const refused = await go(authorizePath(keeper, proof, { redirect_uri, prompt: 'none' }))
  const to = refused.headers.get('location') ?? ''
  assert.ok(to.startsWith(`${redirect_uri}&error=login_required&`), to)
})

test('RFC 6749 §4.1.1: a state comes back byte for byte', async () => {
  const state = 'a b+c&d=é%20"<>#'
  const response = await go(authorizePath(client, proof, { state, prompt: 'none' }))
  const to = new URL(response.headers.get('location') ?? '')
  assert.equal(to.searchParams.get('state'), state)
  assert.equal(to.hash, '')
})

test('RFC 6749 §3.1: other methods are refused', async () => {
  const response = await fetch(`${server.url}/oauth/authorize`, { method: 'PUT' })
  assert.equal(response.status, 405)
  assert.deepEqual(
    (response.headers.get('allow') ?? '').split(/, */).filter((m) => m !== 'HEAD'),
    ['GET', 'POST'],
  )
})
