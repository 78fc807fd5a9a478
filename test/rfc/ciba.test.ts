import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as openid from 'openid-client'
import { hmacSha256, manualClock, numericDate } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { postJson } from '../harness/json.ts'
import type { Answer, Fields } from '../harness/oauth.ts'
import { obtainTokens, post, refresh } from '../harness/oauth.ts'
import { giveTotp, post as postForm } from '../harness/second-factor.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'
import { signIn } from '../harness/signed-in.ts'

const grantType = 'urn:openid:params:grant-type:ciba'
const page = '/account/applications/requests'
const clock = manualClock(new Date())
let server: TestServer
let client: TestClient
let user: TestUser

/** What a client and the operator's application are told. */
type Told = {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}
const told: Told[] = []
let failures = 0
let refusal: number | undefined
const receiver = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => (body += String(chunk)))
  request.on('end', () => {
    told.push({ path: request.url ?? '', headers: request.headers, body })
    response.statusCode = failures-- > 0 ? 500 : (refusal ?? 204)
    if (refusal === 301) response.setHeader('location', '/elsewhere')
    response.end()
  })
})
let host: string

before(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(receiver.address() as AddressInfo).port}`
  server = await testServer({
    clock,
    env: {
      CARDEA_PROTOCOL_OUTGOING_HOSTS: host,
      CARDEA_PROTOCOL_BACKCHANNEL_HOOK_URL: `http://${host}/hook`,
      CARDEA_PROTOCOL_BACKCHANNEL_HOOK_SECRET: 'a secret of the operator',
    },
  })
  user = await server.user({ username: 'ada' })
  client = await makeClient()
})
after(async () => {
  await server.close()
  receiver.close()
})

const makeClient = (metadata: Parameters<TestServer['client']>[0] = {}) =>
  server.client({
    client_name: 'Call centre',
    redirect_uris: [],
    grant_types: [grantType, 'refresh_token'],
    scope: 'openid profile offline_access',
    ...metadata,
  })

const begin = (fields: Fields = {}, by = client) =>
  post(server, '/oauth/backchannel', by, { scope: 'openid', login_hint: 'ada', ...fields })
const poll = (id: unknown, by = client): Promise<Answer> =>
  post(server, '/oauth/token', by, { grant_type: grantType, auth_req_id: String(id) })
const errorOf = async (answered: Promise<Answer>) => {
  const { status, body } = await answered
  return [status, body.error]
}

async function answer(decision: string, browser?: Browser): Promise<Visit> {
  const visitor = browser ?? (await signIn(server, user))
  return postForm(visitor, await visitor.open(page), `${page}/answer`, { decision })
}

async function apiToken(): Promise<string> {
  const { username: identifier, password } = user
  const url = `${server.url}/api/v1/auth/login`
  return String((await postJson(url, { identifier, password })).body.access_token)
}

test('§7.3: the answer has an id, how long it lives and how often to poll', async () => {
  const { status, body, headers } = await begin()
  assert.equal(status, 200)
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.ok(String(body.auth_req_id).length >= 43)
  assert.deepEqual([body.expires_in, body.interval], [300, 5])
  assert.equal((await begin({ requested_expiry: '60' })).body.expires_in, 60)
  await answer('deny')
  await answer('deny')
})

test('§7.1, §13: what is wrong with a request is said by the codes of the specification', async () => {
  const wrong: [Fields, number, string][] = [
    [{ login_hint: undefined }, 400, 'invalid_request'],
    [{ login_hint: undefined, login_hint_token: 'x' }, 400, 'invalid_request'],
    [{ id_token_hint: 'x' }, 400, 'invalid_request'],
    [{ login_hint: 'nobody at all' }, 400, 'unknown_user_id'],
    [{ login_hint: undefined, id_token_hint: 'x' }, 400, 'unknown_user_id'],
    [{ scope: 'profile' }, 400, 'invalid_scope'],
    [{ scope: 'openid phone' }, 400, 'invalid_scope'],
    [{ binding_message: 'x'.repeat(101) }, 400, 'invalid_binding_message'],
    [{ binding_message: 'pay \u202e01' }, 400, 'invalid_binding_message'],
    [{ requested_expiry: '-1' }, 400, 'invalid_request'],
    [{ resource: 'https://no.example' }, 400, 'invalid_target'],
  ]
  for (const [fields, status, error] of wrong)
    assert.deepEqual(await errorOf(begin(fields)), [status, error], JSON.stringify(fields))
  assert.deepEqual(await errorOf(begin({}, { ...client, secret: 'no' })), [401, 'invalid_client'])
  const other = await server.client()
  assert.deepEqual(await errorOf(begin({}, other)), [400, 'unauthorized_client'])
})

test('§10.1, §11: the person sees who asks and what for, allows it, and the client gets tokens once', async () => {
  const asked = await begin({ scope: 'openid profile', binding_message: 'W4SCT' })
  const id = asked.body.auth_req_id
  assert.deepEqual(await errorOf(poll(id)), [400, 'authorization_pending'])
  assert.deepEqual(await errorOf(poll(id)), [400, 'slow_down'])
  const browser = await signIn(server, user)
  const shown = await browser.open(page)
  for (const words of ['Call centre', 'W4SCT', 'See your profile'])
    assert.ok(shown.body.includes(words), words)
  const done = await postForm(browser, shown, `${page}/answer`, { decision: 'allow' })
  assert.match(done.body, /It is confirmed/)
  const stranger = await makeClient()
  assert.deepEqual(await errorOf(poll(id, stranger)), [400, 'invalid_grant'])
  const { status, body } = await poll(id)
  assert.equal(status, 200)
  const claims = decodeJwt(String(body.id_token))
  assert.equal(claims.sub, user.id)
  assert.deepEqual([claims.amr, claims.aud], [['pwd'], client.id])
  assert.equal((await refresh(server, client, body.refresh_token)).status, 200)
  assert.deepEqual(await errorOf(poll(id)), [400, 'invalid_grant'])
  const rows = await server.app.db.many(
    sql`SELECT backchannel_requests::text AS row FROM backchannel_requests`,
  )
  assert.ok(!JSON.stringify(rows).includes(String(id)))
  const audited = await server.app.db.many(
    sql`SELECT 1 FROM audit_log WHERE action = 'backchannel_request.approve'`,
  )
  assert.equal(audited.length, 1)
})

test('§11: denied and expired requests say so', async () => {
  const denied = (await begin()).body.auth_req_id
  const said = await answer('deny')
  assert.match(said.body, /It is refused/)
  assert.deepEqual(await errorOf(poll(denied)), [400, 'access_denied'])
  const late = (await begin()).body.auth_req_id
  const browser = await signIn(server, user)
  const shown = await browser.open(page)
  clock.advance(301)
  assert.deepEqual(await errorOf(poll(late)), [400, 'expired_token'])
  const tooLate = await postForm(browser, shown, `${page}/answer`, { decision: 'allow' })
  assert.match(tooLate.body, /answered already, or has expired/)
  assert.deepEqual(await errorOf(poll('nonsense')), [400, 'invalid_grant'])
})

test('§10.1: of 50 polls at once one gets the tokens', async () => {
  const { body } = await begin()
  await answer('allow')
  const answers = await Promise.all(Array.from({ length: 50 }, () => poll(body.auth_req_id)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.ok(answers.every(({ status, body: b }) => status === 200 || b.error === 'invalid_grant'))
})

test('a session that is not fresh proves the password again before it allows anything', async () => {
  const browser = await signIn(server, user)
  clock.advance(3600)
  await begin()
  const led = await answer('allow', browser)
  assert.match(led.url, /\/account\/confirm\?return=/)
  const denied = await answer('deny', browser)
  assert.match(denied.body, /It is refused/)
})

test('the API of the operator’s application lists, approves and denies for the person who is signed in', async () => {
  const { body } = await begin({ binding_message: 'W4SCT' })
  const path = `${server.url}/api/v1/users/me/backchannel-requests`
  const token = await apiToken()
  const headers = { authorization: `Bearer ${token}` }
  const listed = (await (await fetch(path, { headers })).json()) as { data: { id: string }[] }
  assert.equal(listed.data.length, 1)
  const { id } = listed.data[0] ?? { id: '' }
  const send = async (what: string, as = headers) =>
    (await fetch(`${path}/${id}/${what}`, { method: 'POST', headers: as })).status
  const another = await server.user()
  const url = `${server.url}/api/v1/auth/login`
  const login = { identifier: another.username, password: another.password }
  const foreign = String((await postJson(url, login)).body.access_token)
  assert.equal(await send('approve', { authorization: `Bearer ${foreign}` }), 404)
  assert.equal(await send('deny', { authorization: `Bearer ${foreign}` }), 404)
  clock.advance(240)
  const race = await Promise.all(Array.from({ length: 10 }, () => send('approve')))
  assert.equal(race.filter((status) => status === 204).length, 1)
  assert.equal((await poll(body.auth_req_id)).status, 200)
  assert.equal(await send('deny'), 404)
})

test('§7.1: acr_values and the policy ask for a second factor before the answer counts', async () => {
  const person = await server.user({ username: 'grace' })
  const browser = await signIn(server, person)
  await giveTotp(server, person)
  const { body } = await begin({ login_hint: 'grace', acr_values: 'urn:cardea:acr:2' })
  const led = await postForm(browser, await browser.open(page), `${page}/answer`, {
    decision: 'allow',
  })
  assert.match(led.url, /\/account\/confirm|\/login\/mfa/)
  assert.deepEqual(await errorOf(poll(body.auth_req_id)), [400, 'authorization_pending'])
})

test('§7.1: an address that nobody confirmed says nothing of whose it is', async () => {
  const other = await server.user()
  const email = other.email ?? ''
  assert.equal((await begin({ login_hint: email })).status, 200)
  await server.app.db.run(sql`UPDATE users SET email_verified = false WHERE id = ${other.id}`)
  assert.deepEqual(await errorOf(begin({ login_hint: email })), [400, 'unknown_user_id'])
  assert.equal((await begin({ login_hint: other.username })).status, 200)
})

test('§7.1: an ID token says who is asked, if it was made for this very client', async () => {
  const web = await makeClient({
    grant_types: [grantType, 'authorization_code', 'refresh_token'],
    redirect_uris: [callback],
  })
  const tokens = await obtainTokens(server, web, user, { scope: 'openid' })
  const fields = { login_hint: undefined, id_token_hint: String(tokens.id_token) }
  assert.equal((await begin(fields, web)).status, 200)
  assert.deepEqual(await errorOf(begin(fields)), [400, 'unknown_user_id'])
  await answer('deny')
  const apart = await makeClient({
    grant_types: [grantType, 'authorization_code', 'refresh_token'],
    redirect_uris: [callback],
    subject_type: 'pairwise',
  })
  const own = await obtainTokens(server, apart, user, { scope: 'openid' })
  const { sub } = decodeJwt(String(own.id_token))
  assert.notEqual(sub, user.id)
  const hint = { login_hint: undefined, id_token_hint: String(own.id_token) }
  const { body } = await begin(hint, apart)
  await answer('allow')
  const answered = await poll(body.auth_req_id, apart)
  assert.equal(decodeJwt(String(answered.body.id_token)).sub, sub)
})

test('§10.2: in ping mode the client is told with its token, again after a failure', async () => {
  const pinged = await makeClient({
    backchannel_token_delivery_mode: 'ping',
    backchannel_client_notification_endpoint: `https://${host}/ping`,
  })
  assert.deepEqual(await errorOf(begin({}, pinged)), [400, 'invalid_request'])
  const bad = begin({ client_notification_token: 'a b' }, pinged)
  assert.deepEqual(await errorOf(bad), [400, 'invalid_request'])
  const { body } = await begin({ client_notification_token: 'token-of-client' }, pinged)
  // The receiver of this test speaks no TLS.
  await server.app.db.run(sql`
    UPDATE clients SET metadata = jsonb_set(metadata, '{backchannel_client_notification_endpoint}',
      ${JSON.stringify(`http://${host}/ping`)}::jsonb) WHERE client_id = ${pinged.id}`)
  clock.advance(2)
  await answer('allow')
  const rows = await server.app.db.many<{ sealed: string }>(sql`
    SELECT sealed_notification AS sealed FROM backchannel_requests WHERE client_id = ${pinged.id}`)
  assert.ok(!String(rows[0]?.sealed).includes('token-of-client'))
  await server.app.queue.drain()
  told.length = 0
  const again = await begin({ client_notification_token: 'token-of-client' }, pinged)
  await server.app.queue.drain()
  told.length = 0
  await answer('deny')
  failures = 1
  await server.app.queue.drain()
  failures = 0
  clock.advance(120)
  await server.app.queue.drain()
  const pings = told.filter(({ path }) => path === '/ping')
  assert.equal(pings.length, 2)
  for (const { headers, body: text } of pings) {
    assert.equal(headers.authorization, 'Bearer token-of-client')
    assert.deepEqual(JSON.parse(text), { auth_req_id: again.body.auth_req_id })
  }
  assert.equal((await poll(body.auth_req_id, pinged)).status, 200)
  for (refusal of [401, 403, 301]) {
    await begin({ client_notification_token: 'token-of-client' }, pinged)
    await answer('deny')
    told.length = 0
    await server.app.queue.drain()
    clock.advance(120)
    await server.app.queue.drain()
    const asked = told.filter(({ path }) => path === '/ping')
    assert.equal(asked.length, 1, `${refusal} is not asked again, nor followed`)
  }
  refusal = undefined
})

test('a letter and the hook of the operator tell the person; the hook is signed', async () => {
  await server.app.queue.drain()
  told.length = 0
  await begin({ binding_message: 'W4SCT', scope: 'openid profile' })
  await server.app.queue.drain()
  const [hook] = told.filter(({ path }) => path === '/hook')
  assert.ok(hook)
  const { type, request } = JSON.parse(hook.body) as Record<string, Record<string, unknown>>
  assert.equal(type, 'backchannel_request')
  assert.equal(request?.user_id, user.id)
  assert.equal(request?.binding_message, 'W4SCT')
  const signed = `${String(hook.headers['cardea-timestamp'])}.${hook.body}`
  const mac = hmacSha256(Buffer.from('a secret of the operator'), signed).toString('hex')
  assert.equal(hook.headers['cardea-signature'], `v1=${mac}`)
  const letter = server.app.inbox.list().find(({ to }) => to === user.email)
  assert.match(letter?.subject ?? '', /asks you to confirm/)
  for (const words of ['Call centre', 'W4SCT', server.url + page])
    assert.ok(letter?.text.includes(words), words)
  await answer('deny')
})

test('§7.1.1: a signed request counts once, and nothing beside it', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const key = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }
  const signing = await makeClient({
    backchannel_authentication_request_signing_alg: 'ES256',
    jwks: { keys: [key] },
  })
  let serial = 0
  const sign = (claims: Record<string, unknown> = {}) => {
    const now = numericDate(clock.now())
    serial += 1
    const all = { scope: 'openid', login_hint: 'ada', iss: signing.id, aud: server.url, iat: now }
    return new SignJWT({ ...all, nbf: now, exp: now + 60, jti: `j${serial}`, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .sign(privateKey)
  }
  const send = (request: string | undefined, more: Fields = {}) =>
    post(server, '/oauth/backchannel', signing, { request, ...more })
  const sound = await sign({ requested_expiry: 30 })
  const { status, body } = await send(sound)
  assert.deepEqual([status, body.expires_in], [200, 30])
  assert.deepEqual(await errorOf(send(sound)), [400, 'invalid_request'])
  const beside = send(await sign(), { login_hint: 'ada' })
  assert.deepEqual(await errorOf(beside), [400, 'invalid_request'])
  assert.deepEqual(await errorOf(begin({}, signing)), [400, 'invalid_request'])
  const now = numericDate(clock.now())
  const wrong = [
    { aud: 'https://other.example' },
    { iss: 'other' },
    { exp: now + 7200 },
    { jti: undefined },
    { nbf: undefined },
    { exp: now - 600 },
  ]
  for (const claims of wrong)
    assert.deepEqual(await errorOf(send(await sign(claims))), [400, 'invalid_request'])
  await answer('deny')
})

test('openid-client gets tokens by the back channel', async () => {
  const ahead = Math.round((clock.now().getTime() - Date.now()) / 1000)
  const metadata = { [openid.clockSkew]: ahead }
  const basic = openid.ClientSecretBasic(client.secret)
  const config = await openid.discovery(new URL(server.url), client.id, metadata, basic, {
    execute: [openid.allowInsecureRequests],
  })
  const asked = await openid.initiateBackchannelAuthentication(config, {
    scope: 'openid',
    login_hint: user.email ?? '',
  })
  await answer('allow')
  const quick = { ...asked, interval: 0.01 }
  const tokens = await openid.pollBackchannelAuthenticationGrant(config, quick)
  assert.equal(tokens.claims()?.sub, user.id)
})

test('one person is asked only so many things at a time', async () => {
  const person = await server.user({ username: 'many' })
  const fields = { login_hint: person.username }
  for (let i = 0; i < 20; i += 1) assert.equal((await begin(fields)).status, 200)
  assert.deepEqual(await errorOf(begin(fields)), [403, 'access_denied'])
})
