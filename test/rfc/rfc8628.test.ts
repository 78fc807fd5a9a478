import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import * as openid from 'openid-client'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import { proof, proofKey } from '../harness/dpop.ts'
import type { Answer, Fields } from '../harness/oauth.ts'
import { post, refresh } from '../harness/oauth.ts'
import { testResource } from '../harness/resources.ts'
import { giveTotp, setPolicy } from '../harness/second-factor.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:device_code'
const clock = manualClock(new Date('2026-11-25T12:00:00Z'))
let server: TestServer
let device: TestClient
let user: TestUser

before(async () => {
  const env = { CARDEA_PROTOCOL_AUTHORIZATION_DETAIL_TYPES: 'payment' }
  server = await testServer({ clock, env })
  user = await server.user()
  device = await server.client({
    client_name: 'Television',
    redirect_uris: [],
    grant_types: [grantType, 'refresh_token'],
    token_endpoint_auth_method: 'none',
    scope: 'openid profile email offline_access',
  })
})
after(() => server.close())

const begin = (fields: Fields = {}, client = device) =>
  post(server, '/oauth/device', client, { scope: 'openid profile', ...fields })
const poll = (code: unknown, client = device): Promise<Answer> =>
  post(server, '/oauth/token', client, { grant_type: grantType, device_code: String(code) })

/** Types a code, signs in where that is asked, and stops before the answer. */
async function toQuestion(code: unknown, browser = server.browser()): Promise<[Browser, Visit]> {
  let page = await browser.submit(await browser.open('/device'), { user_code: String(code) })
  if (page.url.includes('/login')) {
    const { username: identifier, password } = user
    page = await browser.submit(page, { identifier, password, remember: 'yes' })
  }
  return [browser, page]
}

async function answer(code: unknown, decision: string, browser?: Browser): Promise<Visit> {
  const [visitor, page] = await toQuestion(code, browser)
  return visitor.submit(page, { decision })
}

test('§3.2: the answer has two codes, where to type one of them, and how often to poll', async () => {
  const { status, body, headers } = await begin()
  assert.equal(status, 200)
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.match(String(body.user_code), /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
  assert.ok(String(body.device_code).length >= 43)
  assert.equal(body.verification_uri, `${server.url}/device`)
  assert.equal(
    body.verification_uri_complete,
    `${server.url}/device?user_code=${String(body.user_code)}`,
  )
  assert.equal(body.expires_in, 600)
  assert.equal(body.interval, 5)
})

test('§3.1: clients without the grant, unknown clients, wrong scopes and resources are refused', async () => {
  const other = await server.client()
  assert.deepEqual(await errorOf(begin({}, other)), [400, 'unauthorized_client'])
  const secret = await server.client({ grant_types: [grantType], redirect_uris: [] })
  assert.deepEqual(await errorOf(begin({}, { ...secret, secret: 'wrong' })), [
    401,
    'invalid_client',
  ])
  assert.deepEqual(await errorOf(begin({ scope: 'openid phone' })), [400, 'invalid_scope'])
  assert.deepEqual(await errorOf(begin({ resource: 'https://no.example' })), [
    400,
    'invalid_target',
  ])
  assert.equal((await begin({ scope: undefined })).status, 200)
  const details = '[{"type":"payment"}]'
  const refused = await begin({ authorization_details: details })
  assert.equal(refused.body.error, 'invalid_authorization_details')
})

async function errorOf(answered: Promise<Answer>): Promise<[number, unknown]> {
  const { status, body } = await answered
  return [status, body.error]
}

test('§3.3-3.5: the person types the code, signs in, sees who asks, and the device gets tokens once', async () => {
  const { body } = await begin({ scope: 'openid profile offline_access' })
  assert.deepEqual(await errorOf(poll(body.device_code)), [400, 'authorization_pending'])
  const typed = String(body.user_code).replace('-', '').toLowerCase()
  const [browser, page] = await toQuestion(` ${typed} `)
  for (const words of ['Television', String(body.user_code), 'See your profile', user.username])
    assert.ok(page.body.includes(words), words)
  assert.match(page.body, /If somebody sent you the code/)
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  const done = await browser.submit(page, { decision: 'allow' })
  assert.match(done.body, /Your device is connected/)
  const { status, body: tokens } = await poll(body.device_code)
  assert.equal(status, 200)
  assert.equal(tokens.scope, 'openid profile offline_access')
  const claims = decodeJwt(String(tokens.id_token))
  assert.equal(claims.sub, user.id)
  assert.deepEqual(claims.amr, ['pwd'])
  assert.ok(claims.auth_time && claims.acr && claims.sid)
  assert.deepEqual(await errorOf(poll(body.device_code)), [400, 'invalid_grant'])
  assert.equal((await refresh(server, device, tokens.refresh_token)).status, 200)
  // The same browser answers a second time: it is too late for that.
  const again = await browser.submit(page, { decision: 'deny' })
  assert.match(again.body, /This took too long/)
})

test('§5.1: both codes are stored as digests, and the answer is audited', async () => {
  const { body } = await begin()
  await answer(body.user_code, 'allow')
  const rows = await server.app.db.many(
    sql`SELECT device_requests::text AS row FROM device_requests`,
  )
  const text = JSON.stringify(rows)
  for (const code of [body.device_code, body.user_code, String(body.user_code).replace('-', '')])
    assert.ok(!text.includes(String(code)))
  const audited = await server.app.db.many(
    sql`SELECT 1 FROM audit_log WHERE action = 'device_request.approve'`,
  )
  assert.ok(audited.length > 0)
})

test('§3.3.1: a code in the address is filled in and still has to be confirmed', async () => {
  const { body } = await begin()
  const browser = server.browser()
  const page = await browser.open(
    new URL(String(body.verification_uri_complete)).pathname +
      new URL(String(body.verification_uri_complete)).search,
  )
  assert.ok(page.body.includes(`value="${String(body.user_code)}"`))
  assert.match(page.body, /id="device-submit"/)
  await browser.open('/device/confirm')
  assert.deepEqual(await errorOf(poll(body.device_code)), [400, 'authorization_pending'])
})

test('§3.5: who polls too fast is told to slow down, each time by 5 seconds more', async () => {
  const { body } = await begin()
  assert.equal((await poll(body.device_code)).body.error, 'authorization_pending')
  clock.advance(2)
  assert.equal((await poll(body.device_code)).body.error, 'slow_down')
  clock.advance(7)
  assert.equal((await poll(body.device_code)).body.error, 'slow_down')
  clock.advance(15)
  assert.equal((await poll(body.device_code)).body.error, 'authorization_pending')
  // Another client that guesses the code neither learns nor changes anything.
  const other = await server.client({
    redirect_uris: [],
    grant_types: [grantType],
    token_endpoint_auth_method: 'none',
  })
  assert.deepEqual(await errorOf(poll(body.device_code, other)), [400, 'invalid_grant'])
})

test('§3.5: a denied request, one that nobody answered and one that is unknown end differently', async () => {
  const { body } = await begin()
  const page = await answer(body.user_code, 'deny')
  assert.match(page.body, /The device was not connected/)
  assert.deepEqual(await errorOf(poll(body.device_code)), [400, 'access_denied'])
  const late = await begin()
  const [browser, question] = await toQuestion(late.body.user_code)
  clock.advance(601)
  assert.deepEqual(await errorOf(poll(late.body.device_code)), [400, 'expired_token'])
  const tooLate = await browser.submit(question, { decision: 'allow' })
  assert.match(tooLate.body, /too long/)
  assert.deepEqual(await errorOf(poll('nonsense')), [400, 'invalid_grant'])
  const none = post(server, '/oauth/token', device, { grant_type: grantType })
  assert.deepEqual(await errorOf(none), [400, 'invalid_request'])
})

test('§3.4: of 50 polls at once one gets the tokens', async () => {
  const { body } = await begin()
  await answer(body.user_code, 'allow')
  const answers = await Promise.all(Array.from({ length: 50 }, () => poll(body.device_code)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.ok(answers.every(({ status, body: b }) => status === 200 || b.error === 'invalid_grant'))
})

test('§5.4: of 20 answers at once one counts', async () => {
  const { body } = await begin()
  const [browser, page] = await toQuestion(body.user_code)
  const decisions = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 'allow' : 'deny'))
  const pages = await Promise.all(decisions.map((decision) => browser.submit(page, { decision })))
  const counted = pages.filter(({ url }) => !url.includes('answer=late'))
  assert.equal(counted.length, 1)
})

test('§5.2: what was allowed ends with the session, unless it is offline access', async () => {
  const browser = server.browser()
  const online = (await begin({ scope: 'openid' })).body
  const offline = (await begin({ scope: 'openid offline_access' })).body
  await answer(online.user_code, 'allow', browser)
  await answer(offline.user_code, 'allow', browser)
  const [a, b] = [await poll(online.device_code), await poll(offline.device_code)]
  assert.equal((await refresh(server, device, a.body.refresh_token)).status, 200)
  const unredeemed = (await begin({ scope: 'openid' })).body
  await answer(unredeemed.user_code, 'allow', browser)
  await browser.submit(await browser.open('/logout'), {})
  assert.equal((await refresh(server, device, a.body.refresh_token)).body.error, 'invalid_grant')
  assert.equal((await refresh(server, device, b.body.refresh_token)).status, 200)
  assert.deepEqual(await errorOf(poll(unredeemed.device_code)), [400, 'invalid_grant'])
})

test('consent is remembered, and taking it back ends what a device has not fetched yet', async () => {
  const { body } = await begin()
  const browser = server.browser()
  await answer(body.user_code, 'allow', browser)
  const page = await browser.open('/account/applications')
  assert.ok(page.body.includes('Television'))
  await browser.fetch('/api/v1/users/me/consents', {
    method: 'DELETE',
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  assert.deepEqual(await errorOf(poll(body.device_code)), [400, 'access_denied'])
})

test('a second factor is asked for as for any application', async () => {
  await setPolicy(server, {})
  const person = await server.user()
  await giveTotp(server, person)
  const { body } = await begin()
  const browser = server.browser()
  const page = await browser.submit(await browser.open('/device'), {
    user_code: String(body.user_code),
  })
  const second = await browser.submit(page, {
    identifier: person.username,
    password: person.password,
  })
  assert.match(second.url, /\/login\/mfa/)
  const { flow = '', csrf = '' } = hiddenFields(second.body)
  const around = await browser.open(`/device/confirm?flow=${flow}`)
  assert.match(around.url, /\/login\?/)
  const form = new URLSearchParams({ csrf, flow, session: person.id, decision: 'allow' })
  const posted = await browser.fetch('/device/confirm', { method: 'POST', body: form })
  assert.match(posted.headers.get('location') ?? '', /^\/login\?/)
  assert.deepEqual(await errorOf(poll(body.device_code)), [400, 'authorization_pending'])
})

test('a form without its token, of another session or of another browser changes nothing', async () => {
  const { body } = await begin()
  const [browser, page] = await toQuestion(body.user_code)
  const forged = await browser.submit(page, { decision: 'allow', csrf: 'x'.repeat(43) })
  assert.equal(forged.status, 403)
  const stranger = await server.browser().submit(page, { decision: 'allow' })
  assert.ok(stranger.status >= 400)
  await browser.submit(page, { decision: 'allow', session: user.id })
  assert.deepEqual(await errorOf(poll(body.device_code)), [400, 'authorization_pending'])
})

test('RFC 8707, RFC 9449, RFC 9396: resources, keys and details reach the token and the page', async () => {
  const { identifier } = await testResource(server)
  const bound = await server.client({
    client_name: 'Console',
    redirect_uris: [],
    grant_types: [grantType, 'refresh_token'],
    token_endpoint_auth_method: 'none',
    scope: 'openid read',
    authorization_details_types: ['payment'],
  })
  const wanted = [{ type: 'payment', actions: ['pay 10 pence'] }]
  const fields = {
    scope: 'openid read',
    resource: identifier,
    authorization_details: JSON.stringify(wanted),
  }
  const { body } = await begin(fields, bound)
  const [browser, page] = await toQuestion(body.user_code)
  for (const words of ['See it', 'API 1', 'pay 10 pence'])
    assert.ok(page.body.includes(words), words)
  await browser.submit(page, { decision: 'allow' })
  const key = await proofKey()
  const send = async (form: Record<string, string>, by = key) => {
    const dpop = await proof(by, { htu: `${server.url}/oauth/token`, now: clock.now() })
    const init = { method: 'POST', headers: { dpop }, body: new URLSearchParams(form) }
    const answer = await fetch(`${server.url}/oauth/token`, init)
    return (await answer.json()) as Record<string, unknown>
  }
  const form = { grant_type: grantType, client_id: bound.id, device_code: String(body.device_code) }
  const other = await send({ ...form, resource: 'https://other.example.com' })
  assert.equal(other.error, 'invalid_target')
  const tokens = await send(form)
  assert.equal(tokens.token_type, 'DPoP')
  assert.deepEqual(tokens.authorization_details, wanted)
  const access = decodeJwt(String(tokens.access_token))
  assert.deepEqual([[access.aud].flat(), access.cnf], [[identifier], { jkt: key.jkt }])
  const again = {
    grant_type: 'refresh_token',
    client_id: bound.id,
    refresh_token: String(tokens.refresh_token),
  }
  assert.equal((await send(again, await proofKey())).error, 'invalid_grant')
  assert.equal((await send(again)).token_type, 'DPoP')
})

test('whoever sees the account of somebody else connects no device to it', async () => {
  const { body } = await begin()
  const [browser, page] = await toQuestion(body.user_code)
  const admin = await server.user()
  await server.app.db.run(
    sql`UPDATE sessions SET impersonator = ${admin.id} WHERE user_id = ${user.id}`,
  )
  const answers = [
    await browser.open('/device'),
    await browser.open(page.url),
    await browser.submit(page, { decision: 'allow' }),
  ]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [403, 403, 403],
  )
  assert.deepEqual(await errorOf(poll(body.device_code)), [400, 'authorization_pending'])
})

test('openid-client gets tokens by a device code', async () => {
  const ahead = Math.round((clock.now().getTime() - Date.now()) / 1000)
  const metadata = { [openid.clockSkew]: ahead }
  const config = await openid.discovery(new URL(server.url), device.id, metadata, openid.None(), {
    execute: [openid.allowInsecureRequests],
  })
  const asked = await openid.initiateDeviceAuthorization(config, { scope: 'openid' })
  await answer(asked.user_code, 'allow')
  const quick = { ...asked, interval: 0.01 }
  const tokens = await openid.pollDeviceAuthorizationGrant(config, quick)
  assert.equal(tokens.claims()?.sub, user.id)
})

test('§6.1: wrong codes are answered alike, and guessing is stopped by browser, account and address', async () => {
  const strict = await testServer({
    env: { CARDEA_LIMITS_ENABLED: 'true', CARDEA_LIMITS_FACTOR_FAILURES: '5' },
  })
  try {
    const browser = strict.browser()
    const page = await browser.open('/device')
    for (let i = 0; i < 5; i += 1) {
      const wrong = await browser.submit(page, { user_code: 'BBBB-BBBB' })
      assert.equal(wrong.status, 400)
      assert.match(wrong.body, /not correct, or has expired/)
    }
    const stopped = await browser.submit(page, { user_code: 'BBBB-BBBB' })
    assert.equal(stopped.status, 429)
    assert.ok(Number(stopped.headers.get('retry-after')) > 0)
  } finally {
    await strict.close()
  }
})
