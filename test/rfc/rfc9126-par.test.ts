import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as oidc from 'openid-client'
import { manualClock } from '../../src/base/index.ts'
import { proofKey, proof as proofOf } from '../harness/dpop.ts'
import type { Fields } from '../harness/oauth.ts'
import { authorizePath, basic, passPages, pkce, post, query, redeem } from '../harness/oauth.ts'
import { push, pushedPath, requestFields } from '../harness/pushed.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'
import { signIn } from '../harness/signed-in.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const proof = pkce()
let server: TestServer
let user: TestUser
let client: TestClient
let open: TestClient

before(async () => {
  server = await testServer({ clock })
  user = await server.user()
  client = await server.client()
  open = await server.client({ token_endpoint_auth_method: 'none' })
})
after(() => server?.close())

const go = (path: string) => fetch(server.url + path, { redirect: 'manual' })

async function assertPage(path: string, code: string, why: string) {
  const response = await go(path)
  assert.equal(response.status, 400, why)
  assert.equal(response.headers.get('location'), null, why)
  assert.ok((await response.text()).includes(`<code>${code}</code>`), `${why}: ${code}`)
}

async function assertRedirect(path: string, error: string, why: string) {
  const response = await go(path)
  const to = new URL(response.headers.get('location') ?? '', server.url)
  assert.equal(to.origin + to.pathname, callback, why)
  assert.equal(to.searchParams.get('error'), error, why)
}

test('RFC 9126 §2.2: a pushed request is answered with 201, an unguessable request_uri and its time', async () => {
  const { status, headers, body } = await push(server, client, proof)
  assert.equal(status, 201)
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.match(String(body.request_uri), /^urn:ietf:params:oauth:request_uri:[\w-]{43}$/)
  assert.deepEqual(body, { request_uri: body.request_uri, expires_in: 60 })
  const other = await push(server, client, proof)
  assert.notEqual(other.body.request_uri, body.request_uri)
})

test('RFC 9126 §4: the browser brings only the request_uri, and the code is the same as ever', async () => {
  for (const one of [client, open]) {
    const { body } = await push(server, one, proof)
    const path = pushedPath(one.id, body.request_uri)
    const page = await passPages(server.browser(), path, user)
    assert.equal(page.left?.searchParams.get('state'), 'st-1', page.body)
    const code = page.left?.searchParams.get('code') ?? ''
    const tokens = await redeem(server, one, code, proof.verifier)
    assert.equal(tokens.status, 200, JSON.stringify(tokens.body))
  }
})

test('RFC 9126 §4 and RFC 9101 §5: what stands beside the request_uri does not count', async () => {
  const { body } = await push(server, client, proof, { scope: 'openid' })
  const beside = { scope: 'openid email', state: 'other', redirect_uri: 'https://evil.example/' }
  const path = pushedPath(client.id, body.request_uri, { ...beside, prompt: 'none' })
  const page = await passPages(server.browser(), path, user)
  assert.equal(`${page.left?.origin}${page.left?.pathname}`, callback, page.body)
  assert.equal(page.left?.searchParams.get('state'), 'st-1')
  const code = page.left?.searchParams.get('code') ?? ''
  const tokens = await redeem(server, client, code, proof.verifier)
  assert.equal(tokens.body.scope, 'openid')
})

test('RFC 9126 §4 and FAPI 2.0 §5.3.2.2 note 3: a request_uri is used up by the answer, not by a look at it', async () => {
  const { body } = await push(server, client, proof)
  const path = pushedPath(client.id, body.request_uri)
  const stranger = server.browser()
  const looked = await stranger.open(path)
  const browser = server.browser()
  const login = await browser.open(path)
  assert.match(login.url, /\/login\?flow=/)
  const again = await browser.open(new URL(login.url).pathname + new URL(login.url).search)
  assert.equal(again.status, 200)
  const { username: identifier, password } = user
  const consent = await browser.submit(again, { identifier, password })
  const done = consent.left ? consent : await browser.submit(consent, { decision: 'allow' })
  assert.ok(done.left?.searchParams.get('code'), done.body)
  await assertPage(path, 'invalid_request_uri', 'after the answer')
  const late = await stranger.submit(looked, { identifier, password })
  const refused = late.left ? late : await stranger.submit(late, { decision: 'allow' })
  assert.equal(refused.left?.searchParams.get('error'), 'invalid_request_uri', 'begun before it')
})

test('RFC 9126 §7.3: a denial is an answer as well', async () => {
  const { body } = await push(server, client, proof, { prompt: 'consent' })
  const path = pushedPath(client.id, body.request_uri)
  const browser = await signIn(server, user)
  const denied = await browser.submit(await browser.open(path), { decision: 'deny' })
  assert.equal(denied.left?.searchParams.get('error'), 'access_denied')
  await assertPage(path, 'invalid_request_uri', 'after the denial')
})

test('RFC 9126 §7.3: of 50 who bring one request_uri at a time one gets a code', async () => {
  const browser = await signIn(server, user)
  await passPages(browser, authorizePath(client, proof), user)
  const { body } = await push(server, client, proof)
  const path = pushedPath(client.id, body.request_uri)
  const visits = await Promise.all(Array.from({ length: 50 }, () => browser.open(path)))
  const codes = visits.filter(({ left }) => left?.searchParams.has('code'))
  assert.equal(codes.length, 1)
  const rest = visits.filter((visit) => !codes.includes(visit))
  for (const { left, status } of rest) {
    if (left === undefined) assert.equal(status, 400)
    else assert.equal(left.searchParams.get('error'), 'invalid_request_uri')
  }
})

test('RFC 9126 §2.2 and §4: an expired, unknown or foreign request_uri is shown to the person', async () => {
  const { body } = await push(server, client, proof)
  await assertPage(pushedPath(open.id, body.request_uri), 'invalid_request_uri', 'foreign')
  assert.equal((await go(pushedPath(client.id, body.request_uri))).status, 303, 'not used up by it')
  const late = await push(server, client, proof)
  clock.advance(61)
  await assertPage(pushedPath(client.id, late.body.request_uri), 'invalid_request_uri', 'expired')
  const unknown = `urn:ietf:params:oauth:request_uri:${'a'.repeat(43)}`
  await assertPage(pushedPath(client.id, unknown), 'invalid_request_uri', 'unknown')
  await assertPage(pushedPath(client.id, `${unknown}:x`), 'invalid_request_uri', 'malformed')
  const nobody = `/oauth/authorize?${query({ request_uri: unknown })}`
  await assertPage(nobody, 'invalid_request', 'no client_id (RFC 9101 §5)')
  await assertPage(pushedPath('nobody', unknown), 'invalid_client', 'unknown client')
})

test('RFC 9126 §2.1: the client authenticates as at the token endpoint', async () => {
  const fields = requestFields(client, proof)
  const wrong = { ...client, secret: 'wrong' }
  for (const [who, status] of [
    [wrong, 401],
    [undefined, 401],
  ] as const) {
    const answer = await post(server, '/oauth/par', who, fields)
    assert.deepEqual([answer.status, answer.body.error], [status, 'invalid_client'])
  }
  const another = await post(server, '/oauth/par', client, { ...fields, client_id: open.id })
  assert.deepEqual([another.status, another.body.error], [401, 'invalid_client'])
  const get = await fetch(`${server.url}/oauth/par`)
  assert.equal(get.status, 405)
  const json = await fetch(`${server.url}/oauth/par`, {
    method: 'POST',
    headers: { ...basic(client), 'content-type': 'application/json' },
    body: '{}',
  })
  assert.equal(json.status, 400)
})

test('RFC 9126 §2.1 and §2.3: the whole request is judged while it is pushed', async () => {
  const cases: [Fields, string][] = [
    [{ request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
    [{ redirect_uri: 'https://evil.example/' }, 'invalid_request'],
    [{ response_type: 'strange' }, 'unsupported_response_type'],
    [{ response_type: undefined }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    [{ max_age: 'soon' }, 'invalid_request'],
    [{ claims: '{' }, 'invalid_request'],
    [{ resource: 'https://unknown.example/' }, 'invalid_target'],
    [{ authorization_details: '[{"type":"unknown"}]' }, 'invalid_authorization_details'],
    [{ request: 'x' }, 'invalid_request_object'],
    [{ dpop_jkt: 'short' }, 'invalid_request'],
  ]
  for (const [fields, error] of cases) {
    const { status, body } = await push(server, client, proof, fields)
    assert.deepEqual([status, body.error], [400, error], JSON.stringify(fields))
    assert.equal(typeof body.error_description, 'string')
  }
})

test('RFC 9126 §5 and §6: who must push cannot do without, by its registration or by the setting', async () => {
  const pushing = await server.client({ require_pushed_authorization_requests: true })
  await assertRedirect(authorizePath(pushing, proof), 'invalid_request', 'registered for it')
  const { body } = await push(server, pushing, proof)
  assert.equal((await go(pushedPath(pushing.id, body.request_uri))).status, 303)
  const strict = await testServer({
    env: {
      CARDEA_PROTOCOL_REQUIRE_PUSHED_REQUESTS: 'true',
      CARDEA_PROTOCOL_PUSHED_REQUEST_LIFETIME: '10m',
    },
  })
  try {
    const one = await strict.client()
    const response = await fetch(strict.url + authorizePath(one, proof), { redirect: 'manual' })
    const to = new URL(response.headers.get('location') ?? '', strict.url)
    assert.equal(to.searchParams.get('error'), 'invalid_request')
    const pushed = await push(strict, one, proof)
    assert.equal(pushed.body.expires_in, 599, 'FAPI 2.0 §5.3.2.2: less than 600 seconds')
    const metadata = await (await fetch(`${strict.url}/.well-known/openid-configuration`)).json()
    assert.equal(metadata.pushed_authorization_request_endpoint, `${strict.url}/oauth/par`)
    assert.equal(metadata.require_pushed_authorization_requests, true)
  } finally {
    await strict.close()
  }
})

test('RFC 9449 §10 and §10.1: the key of a pushed request is that of dpop_jkt or of its proof', async () => {
  const key = await proofKey()
  const send = async (fields: Fields) => {
    const dpop = await proofOf(key, { htu: `${server.url}/oauth/par`, now: clock.now() })
    return fetch(`${server.url}/oauth/par`, {
      method: 'POST',
      headers: { ...basic(client), dpop },
      body: query({ ...requestFields(client, proof), ...fields }),
    })
  }
  assert.equal((await send({})).status, 201)
  const same = await send({ dpop_jkt: key.jkt })
  assert.equal(same.status, 201)
  const other = await send({ dpop_jkt: 'a'.repeat(43) })
  assert.deepEqual([other.status, (await other.json()).error], [400, 'invalid_request'])
  const { request_uri: uri } = await same.json()
  const page = await passPages(server.browser(), pushedPath(client.id, uri), user)
  const code = page.left?.searchParams.get('code') ?? ''
  const unbound = await redeem(server, client, code, proof.verifier)
  assert.equal(unbound.status, 400, 'the code is bound to the key')
})

test('openid-client pushes a request and goes on with what it is given', async () => {
  const options = { execute: [oidc.allowInsecureRequests] }
  const config = await oidc.discovery(
    new URL(server.url),
    client.id,
    client.secret,
    oidc.ClientSecretBasic(client.secret),
    options,
  )
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const address = await oidc.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: callback,
    scope: 'openid email',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: 'st-2',
  })
  assert.deepEqual([...address.searchParams.keys()].sort(), ['client_id', 'request_uri'])
  const page = await passPages(server.browser(), address.href, user)
  assert.equal(page.left?.searchParams.get('state'), 'st-2', page.body)
  const code = page.left?.searchParams.get('code') ?? ''
  assert.equal((await redeem(server, client, code, pkceCodeVerifier)).status, 200)
})
