import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { decodeJwt } from 'jose'
import { authorizePath, pkce, post, redeem } from '../harness/oauth.ts'
import { giveTotp, setPolicy } from '../harness/second-factor.ts'
import { testResource } from '../harness/resources.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

const proof = pkce()
const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code'
let server: TestServer
let user: TestUser

before(async () => {
  server = await testServer({
    env: {
      CARDEA_PROTOCOL_CLIENT_REGISTRATION: 'open',
      CARDEA_PROTOCOL_REGISTRATION_SCOPES: 'openid profile write',
      CARDEA_PROTOCOL_AUTHORIZATION_DETAIL_TYPES: 'payment',
    },
  })
  user = await server.user({ email: 'perla@example.com' })
})
after(() => server?.close())

/** What the script in the frame answers, with this cookie, to a page that asks. */
async function answerOf(cookie: string, message: string, origin: string): Promise<unknown> {
  const script = await (await fetch(`${server.url}/assets/session-state.js`)).text()
  const { promise, resolve } = Promise.withResolvers()
  type Listener = (event: { data: string; origin: string; source: object }) => void
  runInNewContext(script, {
    location: { protocol: 'http:' },
    document: { cookie },
    addEventListener: (_: string, listen: Listener) =>
      listen({ data: message, origin, source: { postMessage: resolve } }),
    window: {},
    crypto,
    TextEncoder,
    btoa,
  })
  return promise
}

test('Session Management §3.2: no page learns from the frame whether somebody is signed in', async () => {
  const origin = 'https://anybody.example'
  const asked = (state: string) => {
    const hash = createHash('sha256').update(`any ${origin} ${state} salt`).digest('base64url')
    return `any ${hash}.salt`
  }
  const state = 'x'.repeat(43)
  assert.equal(await answerOf(`cardea_state=${state}`, asked(state), origin), 'unchanged')
  assert.equal(await answerOf(`cardea_state=${state}`, asked(''), origin), 'changed')
  assert.equal(await answerOf('', asked(''), origin), 'changed', 'the same as above')
})

type Registered = { client_id: string; registration_access_token: string; scope: string }

const sound = { client_name: 'Self', redirect_uris: [callback], token_endpoint_auth_method: 'none' }

async function register(
  metadata: object,
  before?: Registered,
): Promise<Registered & { readonly at: Parameters<typeof authorizePath>[0] }> {
  const path = before === undefined ? '' : `/${before.client_id}`
  const response = await fetch(`${server.url}/oauth/register${path}`, {
    method: before === undefined ? 'POST' : 'PUT',
    headers: {
      'content-type': 'application/json',
      ...(before && { authorization: `Bearer ${before.registration_access_token}` }),
    },
    body: JSON.stringify({ ...sound, ...(before && { client_id: before.client_id }), ...metadata }),
  })
  const body = await response.json()
  assert.ok(response.ok, JSON.stringify(body))
  const { client } = await server.client()
  return { ...body, at: { id: body.client_id, secret: '', client } }
}

async function signedIn() {
  const browser = server.browser()
  const { username: identifier, password } = user
  await browser.submit(await browser.open('/login'), { identifier, password })
  return browser
}

const policyOf = (headers: Headers) => headers.get('content-security-policy') ?? ''

test('a client that registers for more while a person reads what it asks gets nothing of it', async () => {
  const client = await register({ scope: 'openid' })
  const browser = await signedIn()
  const path = authorizePath(client.at, proof, { scope: 'openid write' })
  const consent = await browser.open(path)
  assert.match(consent.url, /\/consent/)
  assert.doesNotMatch(consent.body, /data-scope="write"/)
  await register({ scope: 'openid write' }, client)
  const done = await browser.submit(consent, { decision: 'allow' })
  assert.equal(done.left, undefined, String(done.left))
  assert.equal(done.status, 400)
  const again = await browser.open(path)
  assert.match(again.body, /data-scope="write"/)
})

test('a client that changes its address while a person reads it is not answered there', async () => {
  const shown = 'https://bank.example/cb'
  const client = await register({ redirect_uris: [shown] })
  const browser = await signedIn()
  const consent = await browser.open(
    authorizePath(client.at, proof, { redirect_uri: undefined, scope: 'openid' }),
  )
  assert.match(consent.body, /bank\.example/)
  await register({ redirect_uris: [callback] }, client)
  const done = await browser.submit(consent, { decision: 'allow' })
  assert.equal(done.left, undefined, String(done.left))
})

test('OIDC Core §5.5: claims that are asked for one by one take consent, and what scopes may be had', async () => {
  const claims = JSON.stringify({ id_token: { name: null, email: null } })
  const client = await register({ scope: 'openid profile' })
  const browser = await signedIn()
  const plain = await browser.open(authorizePath(client.at, proof, { scope: 'openid' }))
  await browser.submit(plain, { decision: 'allow' })
  const wish = { scope: 'openid', claims }
  const silent = await browser.open(authorizePath(client.at, proof, { ...wish, prompt: 'none' }))
  assert.equal(silent.left?.searchParams.get('error'), 'consent_required')
  const consent = await browser.open(authorizePath(client.at, proof, wish))
  assert.match(consent.body, /data-scope="profile"/)
  const done = await browser.submit(consent, { decision: 'allow' })
  const code = done.left?.searchParams.get('code') ?? ''
  const { body } = await redeem(server, client.at, code, proof.verifier)
  const told = decodeJwt(String(body.id_token))
  assert.equal(told.name, user.profile.name)
  assert.equal(told.email, undefined, 'the operator gives email to nobody who registers themselves')
  assert.equal(body.scope, 'openid', 'the scopes are those that were asked for')
})

test('RFC 8707: what was allowed at one resource is not allowed at another', async () => {
  const scopes = ['read', 'write'].map((scope) => ({ scope, name: scope }))
  const [mail, notes] = [
    await testResource(server, { scopes }),
    await testResource(server, { scopes }),
  ]
  const client = await server.client({ scope: 'openid read write' })
  const browser = await signedIn()
  const ask = (scope: string, resource: string) =>
    browser.open(authorizePath(client, proof, { scope, resource }))
  for (const [scope, at] of [
    ['read', mail],
    ['write', notes],
  ] as const) {
    const consent = await ask(scope, at.identifier)
    assert.match(consent.url, /\/consent/, scope)
    assert.ok((await browser.submit(consent, { decision: 'allow' })).left?.searchParams.get('code'))
  }
  const more = await ask('write', mail.identifier)
  assert.match(more.url, /\/consent/, 'write was allowed at the notes')
  assert.ok((await browser.submit(more, { decision: 'allow' })).left?.searchParams.get('code'))
  const known = await ask('write', notes.identifier)
  assert.ok(known.left?.searchParams.get('code'), 'the same scope at both')
})

test('RFC 8252 §7.1: what looks like the host of a private scheme vouches for nothing', async () => {
  const client = await register({
    redirect_uris: ['com.evil.app://bank.example/cb'],
    application_type: 'native',
    logo_uri: 'https://bank.example/logo.png',
  })
  const fields = { redirect_uri: 'com.evil.app://bank.example/cb', scope: 'openid' }
  const browser = await signedIn()
  const consent = await browser.open(authorizePath(client.at, proof, fields))
  assert.match(consent.url, /\/consent/)
  assert.doesNotMatch(consent.body, /bank\.example/)
  assert.match(consent.body, /com\.evil\.app:/)
  assert.doesNotMatch(policyOf(consent.headers), /bank\.example/)
})

test('a host that could end a directive is no source of a policy', async () => {
  const host = 'a;form-action'
  const fields = { redirect_uri: `https://${host}/cb` }
  const client = await server.client({
    redirect_uris: [fields.redirect_uri],
    logo_uri: `https://${host}/logo.png`,
    frontchannel_logout_uri: `https://${host}/out`,
  })
  const browser = await signedIn()
  const consent = await browser.open(authorizePath(client, proof, fields))
  assert.doesNotMatch(policyOf(consent.headers), /a;form-action/)
  assert.match(policyOf(consent.headers), /; form-action 'self'/)
  const done = await browser.submit(consent, { decision: 'allow' })
  const code = done.left?.searchParams.get('code') ?? ''
  assert.equal((await redeem(server, client, code, proof.verifier, fields)).status, 200)
  const farewell = await browser.submit(await browser.open('/logout'), {})
  assert.match(farewell.url, /\/logout\/done\?farewell=/)
  assert.doesNotMatch(policyOf(farewell.headers), /a;form-action/)
})

async function waitingDevice(clientId: string): Promise<string> {
  const fields = { client_id: clientId, scope: 'openid' }
  const { body, status } = await post(server, '/oauth/device', undefined, fields)
  assert.equal(status, 200, JSON.stringify(body))
  return String(body.user_code)
}

test('RFC 8628 §5.4: a device of who registered itself comes with no address that it made up', async () => {
  const client = await register({ grant_types: [deviceCode], client_uri: 'https://bank.example/' })
  const browser = await signedIn()
  const code = await waitingDevice(client.client_id)
  const page = await browser.submit(await browser.open('/device'), { user_code: code })
  assert.match(page.url, /\/device\/confirm/)
  assert.doesNotMatch(page.body, /bank\.example/)
})

test('RFC 8628 §3.3: an authorization request cannot be taken for a device', async () => {
  const client = await server.client()
  const browser = await signedIn()
  const path = authorizePath(client, proof, { prompt: 'consent' })
  const consent = await browser.open(
    `${path}&device=01960d2c-7c00-7000-8000-000000000001&user_code=X`,
  )
  assert.match(consent.url, /\/consent\?flow=/)
  const page = await browser.open(consent.url.replace('/consent', '/device/confirm'))
  assert.equal(page.status, 400)
})

test('RFC 9396 §4: a member of a detail is shown as it is, also where it holds nothing', async () => {
  const client = await server.client({ authorization_details_types: ['payment'] })
  const details = [
    { type: 'payment', everything: {}, list: [{}], tags: [], to: '\u202e98ED', '\u200bto': 'x' },
  ]
  const browser = await signedIn()
  const fields = { authorization_details: JSON.stringify(details) }
  const consent = await browser.open(authorizePath(client, proof, fields))
  for (const words of ['everything', 'list', 'tags']) assert.ok(consent.body.includes(words), words)
  // What turns the direction of a text would show another account than the one that is paid.
  assert.doesNotMatch(consent.body, /[\u202e\u200b]/)
  assert.match(consent.body, /\\u\{202e\}98ED/)
})

test('OIDC Core §3.1.2.1: the form of another site comes without cookies, and is asked for again with them', async () => {
  const client = await server.client({ require_consent: false })
  const browser = await signedIn()
  const cookie = browser.cookies.get('cardea_browser')
  const path = authorizePath(client, proof, { prompt: 'none' })
  const posted = await fetch(`${server.url}/oauth/authorize`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'cross-site' },
    body: new URLSearchParams(path.slice(path.indexOf('?') + 1)),
    redirect: 'manual',
  })
  assert.equal(posted.status, 303)
  const { length } = posted.headers.getSetCookie()
  assert.equal(length, 0, 'the forms in other windows stay good')
  const done = await browser.open(posted.headers.get('location') ?? '')
  assert.ok(done.left?.searchParams.get('code'), String(done.left))
  assert.equal(browser.cookies.get('cardea_browser'), cookie)
  const stranger = await fetch(`${server.url}/oauth/authorize`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'cross-site' },
    body: new URLSearchParams({ client_id: 'nobody' }),
  })
  assert.equal(stranger.status, 400, 'nothing is kept for who is not known')
  const gone = await browser.open('/oauth/authorize/posted?request=unknown')
  assert.equal(gone.status, 400)
})

test('RP-Initiated Logout §3: who registered itself gets a browser back only by an ID token', async () => {
  const post_logout_redirect_uri = 'https://app.example.com/bye'
  const post_logout_redirect_uris = [post_logout_redirect_uri]
  const stranger = await register({ post_logout_redirect_uris, scope: 'openid' })
  const own = await server.client({ post_logout_redirect_uris })
  const leave = (fields: Readonly<Record<string, string>>) => {
    const query = new URLSearchParams({ post_logout_redirect_uri, ...fields })
    return server.browser().open(`/oauth/logout?${query}`)
  }
  const kept = await leave({ client_id: stranger.client_id })
  assert.match(kept.url, /\/logout\/done/)
  assert.equal(kept.left, undefined)
  assert.ok((await leave({ client_id: own.id })).left)
  const browser = await signedIn()
  const path = authorizePath(stranger.at, proof, { scope: 'openid' })
  const done = await browser.submit(await browser.open(path), { decision: 'allow' })
  const code = done.left?.searchParams.get('code') ?? ''
  const { body } = await redeem(server, stranger.at, code, proof.verifier)
  assert.ok((await leave({ id_token_hint: String(body.id_token) })).left)
})

test('OIDC Registration §2: what a client asks of every authentication holds for its devices, too', async () => {
  const client = await server.client({
    grant_types: [deviceCode],
    default_max_age: 0,
    token_endpoint_auth_method: 'none',
  })
  const browser = await signedIn()
  const enter = async (id: string) => {
    const fields = { user_code: await waitingDevice(id) }
    return browser.submit(await browser.open('/device'), fields)
  }
  const login = await enter(client.id)
  assert.match(login.url, /\/login\?flow=/, 'signed in too long ago')
  const { username: identifier, password } = user
  assert.match((await browser.submit(login, { identifier, password })).url, /\/device\/confirm/)
  const careful = await server.client({
    grant_types: [deviceCode],
    default_acr_values: ['urn:cardea:aal2'],
    token_endpoint_auth_method: 'none',
  })
  await setPolicy(server, { mode: 'off' })
  await giveTotp(server, user)
  assert.match((await enter(careful.id)).url, /\/login\/mfa\?/)
})
