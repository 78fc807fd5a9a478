import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import {
  createRemoteJWKSet,
  decodeJwt,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import { manualClock, numericDate } from '../../src/base/index.ts'
import { setClientActive } from '../../src/clients/index.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import type { Answer, Fields } from '../harness/oauth.ts'
import {
  authorizePath,
  obtainCode,
  obtainTokens,
  passPages,
  pkce,
  post,
  redeem,
  refresh,
} from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const profile = { name: 'Perla Sona', given_name: 'Perla', locale: 'ia' }
let server: TestServer
let user: TestUser
let client: TestClient

before(async () => {
  server = await testServer({ clock })
  user = await server.user({ profile })
  client = await server.client()
})
after(() => server.close())

const now = () => numericDate(clock.now())
const proof = pkce()
const path = (fields: Fields = {}, as = client) => authorizePath(as, proof, fields)
const told = (page: Visit, name = 'error') => page.left?.searchParams.get(name)
const isLogin = (page: Visit) => page.left === undefined && page.url.includes('/login?')
const isChoice = (page: Visit) => page.left === undefined && page.url.includes('/login/choose?')
const isConsent = (page: Visit) => page.left === undefined && page.url.includes('/consent?')
const signIn = (browser: Browser, page: Visit, as = user) =>
  browser.submit(page, { identifier: as.username, password: as.password })

/** The ID token's claims after a page that has left with a code. */
async function idToken(page: Visit, as = client): Promise<Record<string, unknown>> {
  const { body } = await redeem(server, as, told(page, 'code') ?? '', proof.verifier)
  return decodeJwt(String(body.id_token))
}

async function verified(token: unknown, as: TestClient, alg: string) {
  const keys = createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`))
  const rules = { issuer: server.url, audience: as.id, algorithms: [alg], currentDate: clock.now() }
  return jwtVerify(String(token), keys, rules)
}

async function userinfo(token: unknown, init: RequestInit = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${String(token)}` }
  const response = await fetch(`${server.url}/oauth/userinfo`, { headers, ...init })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

/** A browser in which the person is signed in and has allowed the client what it asks by default. */
async function known(as = client, who = user): Promise<Browser> {
  const browser = server.browser()
  await passPages(browser, path({}, as), who)
  return browser
}

for (const alg of ['RS256', 'ES256'] as const) {
  test(`OIDC Core §2: an ID token signed with ${alg} has the required claims and no others`, async () => {
    const own = await server.client({ id_token_signed_response_alg: alg })
    const { access_token, id_token } = await obtainTokens(server, own, user)
    const { payload, protectedHeader } = await verified(id_token, own, alg)
    const { sid, ...rest } = payload
    const half = createHash('sha256').update(String(access_token)).digest().subarray(0, 16)
    assert.deepEqual(rest, {
      iss: server.url,
      sub: user.id,
      aud: own.id,
      iat: now(),
      exp: now() + 3600,
      auth_time: now(),
      nonce: 'n-1',
      acr: 'urn:cardea:aal1',
      amr: ['pwd'],
      at_hash: half.toString('base64url'),
    })
    assert.equal(typeof sid, 'string')
    assert.equal(protectedHeader.alg, alg)
    assert.ok(protectedHeader.kid)
  })
}

test('OIDC Core §3.1.2.1: without openid there is no ID token, without a nonce none in it', async () => {
  const plain = await obtainTokens(server, client, user, { scope: 'email' })
  assert.equal(plain.id_token, undefined)
  const { id_token } = await obtainTokens(server, client, user, { nonce: undefined })
  assert.equal(decodeJwt(String(id_token)).nonce, undefined)
})

test('OIDC Core §12.2: a refreshed ID token has the same subject, audience and auth_time', async () => {
  const { id_token, refresh_token } = await obtainTokens(server, client, user)
  const before = decodeJwt(String(id_token))
  clock.advance(100)
  const { body } = await refresh(server, client, refresh_token)
  const { payload } = await verified(body.id_token, client, 'RS256')
  assert.deepEqual(
    [payload.iss, payload.sub, payload.aud, payload.auth_time],
    [before.iss, before.sub, before.aud, before.auth_time],
  )
  assert.equal(payload.iat, Number(before.iat) + 100)
  assert.ok(payload.nonce === undefined || payload.nonce === before.nonce)
})

test('OIDC Core §3.1.2.1: prompt=none shows no page', async () => {
  const own = await server.client()
  const browser = server.browser()
  const silent = path({ prompt: 'none' }, own)
  assert.equal(told(await browser.open(silent)), 'login_required')
  const page = await signIn(browser, await browser.open(path({}, own)))
  assert.ok(isConsent(page))
  assert.equal(told(await browser.open(silent)), 'consent_required')
  await browser.submit(page, { decision: 'allow' })
  const done = await browser.open(silent)
  assert.ok(told(done, 'code'))
  assert.equal(told(done, 'iss'), server.url)
  assert.equal((await idToken(done, own)).sub, user.id)
})

test('OIDC Core §3.1.2.1: prompt=login asks for the password again and renews auth_time', async () => {
  const browser = await known()
  clock.advance(50)
  const page = await browser.open(path({ prompt: 'login' }))
  assert.ok(isLogin(page))
  const flow = new URL(page.url).searchParams.get('flow')
  const around = await browser.open(`/oauth/authorize/resume?flow=${flow}`)
  assert.ok(isLogin(around), 'and nobody gets around it')
  const done = await signIn(browser, page)
  assert.equal((await idToken(done)).auth_time, now())
})

test('OIDC Core §3.1.2.1: prompt=select_account lets another person sign in', async () => {
  const browser = await known()
  const second = await server.user()
  clock.advance(1)
  const choice = await browser.open(path({ prompt: 'select_account' }))
  assert.ok(isChoice(choice))
  assert.ok(choice.body.includes(user.username))
  const page = await browser.submit(choice, { account: 'other' })
  assert.ok(isLogin(page))
  const asked = await signIn(browser, page, second)
  assert.ok(isConsent(asked), 'who has allowed nothing yet')
  const done = await browser.submit(asked, { decision: 'allow' })
  assert.equal((await idToken(done)).sub, second.id)
})

test('OIDC Core §3.1.2.1: prompt=consent asks again', async () => {
  const browser = await known()
  const page = await browser.open(path({ prompt: 'consent' }))
  assert.ok(isConsent(page))
  assert.ok(told(await browser.submit(page, { decision: 'allow' }), 'code'))
  clock.advance(1)
  const both = await browser.open(path({ prompt: 'login consent' }))
  assert.ok(isLogin(both))
  assert.ok(isConsent(await signIn(browser, both)))
})

test('OIDC Core §3.1.2.1: max_age asks for the password once it was given too long ago', async () => {
  const browser = await known()
  const since = now()
  clock.advance(60)
  const young = await browser.open(path({ max_age: '60' }))
  assert.equal((await idToken(young)).auth_time, since)
  assert.equal(told(await browser.open(path({ max_age: '59', prompt: 'none' }))), 'login_required')
  const page = await browser.open(path({ max_age: '59' }))
  assert.ok(isLogin(page))
  assert.equal((await idToken(await signIn(browser, page))).auth_time, now())
  clock.advance(1)
  assert.ok(isLogin(await browser.open(path({ max_age: '0' }))), 'zero is always')
})

test('OIDC Registration §2: default_max_age holds when the request has no max_age', async () => {
  const own = await server.client({ default_max_age: 100 })
  const browser = await known(own)
  clock.advance(101)
  assert.ok(isLogin(await browser.open(path({}, own))))
  assert.ok(told(await browser.open(path({ max_age: '200' }, own)), 'code'))
})

test('OIDC Core §3.1.2.1: login_hint is filled in on the login page, harmlessly', async () => {
  const page = await server.browser().open(path({ login_hint: 'perla@example.com' }))
  assert.match(page.body, /name="identifier"[^>]*value="perla@example\.com"/)
  const evil = await server.browser().open(path({ login_hint: '"><script>alert(1)</script>' }))
  assert.ok(isLogin(evil))
  assert.ok(!evil.body.includes('<script>'))
})

test('OIDC Core §3.1.2.2: id_token_hint of another person is never answered with a code', async () => {
  const mine = await obtainTokens(server, client, user)
  const other = await server.user()
  const theirs = await obtainTokens(server, client, other)
  const { browser } = mine
  const hinted = (id: unknown, fields: Fields = {}) =>
    path({ id_token_hint: String(id), ...fields })
  assert.ok(told(await browser.open(hinted(mine.id_token, { prompt: 'none' })), 'code'))
  const silent = await browser.open(hinted(theirs.id_token, { prompt: 'none' }))
  assert.equal(told(silent), 'login_required')
  const page = await browser.open(hinted(theirs.id_token))
  assert.ok(page.left === undefined || told(page) === 'login_required', page.url)
  clock.advance(3601)
  const expired = await browser.open(hinted(mine.id_token, { prompt: 'none' }))
  assert.ok(told(expired, 'code'), 'an expired one is still a hint')
})

test('OIDC Core §3.1.2.2: with a hint of another person that person can sign in', async () => {
  const { browser } = await obtainTokens(server, client, user)
  const other = await server.user()
  const { id_token } = await obtainTokens(server, client, other)
  clock.advance(1)
  const page = await browser.open(path({ id_token_hint: String(id_token) }))
  assert.ok(isLogin(page), `${page.url} ${page.left}`)
  const done = await signIn(browser, page, other)
  assert.equal((await idToken(done)).sub, other.id)
})

test('OIDC Core §3.1.2.1: a hint that is no ID token of ours is refused', async () => {
  const { access_token, refresh_token } = await obtainTokens(server, client, user)
  const { privateKey } = await generateKeyPair('RS256')
  const claims = { iss: server.url, sub: user.id, aud: client.id }
  const foreign = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(privateKey)
  const hints = ['garbage', foreign, new UnsecuredJWT(claims).encode(), access_token, refresh_token]
  for (const hint of hints) {
    const page = await server.browser().open(path({ id_token_hint: String(hint) }))
    assert.equal(told(page), 'invalid_request', String(hint))
  }
})

test('OIDC Core §5.5: the claims parameter adds members to the ID token and to UserInfo', async () => {
  const claims = JSON.stringify({
    id_token: { email: { essential: true }, name: null, unknown_claim: null },
    userinfo: { given_name: null, locale: { value: 'ia' } },
  })
  const given = await obtainTokens(server, client, user, { scope: 'openid', claims })
  const { payload } = await verified(given.id_token, client, 'RS256')
  assert.equal(payload.email, user.email)
  assert.equal(payload.name, profile.name)
  assert.equal(payload.given_name, undefined)
  assert.equal(payload.unknown_claim, undefined)
  const { body } = await userinfo(given.access_token)
  assert.deepEqual(body, { sub: user.id, given_name: 'Perla', locale: 'ia' })
})

test('OIDC Core §5.5: the claims parameter cannot replace what the server says', async () => {
  const names = ['iss', 'aud', 'exp', 'iat', 'auth_time', 'acr', 'amr', 'nonce', 'at_hash', 'sid']
  const members = Object.fromEntries(names.map((name) => [name, { value: 'x' }]))
  const claims = JSON.stringify({ id_token: members, userinfo: members })
  const { id_token, access_token } = await obtainTokens(server, client, user, { claims })
  const { payload } = await verified(id_token, client, 'RS256')
  assert.deepEqual([payload.sub, payload.acr, payload.nonce], [user.id, 'urn:cardea:aal1', 'n-1'])
  assert.equal((await userinfo(access_token)).body.sub, user.id)
})

test('OIDC Core §5.5.1: a sub that is asked for must be the person', async () => {
  const browser = await known()
  const ask = (value: string) =>
    path({ prompt: 'none', claims: `{"id_token":{"sub":{"value":"${value}"}}}` })
  assert.ok(told(await browser.open(ask(user.id)), 'code'))
  assert.equal(told(await browser.open(ask('somebody'))), 'login_required')
})

test('OIDC Core §5.5.1.1: an essential acr that cannot be reached fails, a voluntary one does not', async () => {
  const browser = await known()
  const ask = async (acr: unknown) =>
    browser.open(path({ claims: JSON.stringify({ id_token: { acr } }) }))
  const high = 'urn:cardea:aal3'
  const unmet = 'unmet_authentication_requirements'
  assert.equal(told(await ask({ essential: true, value: 'x' })), unmet)
  assert.equal(told(await ask({ essential: true, values: [] })), unmet)
  // What could be reached with a factor leads to setting one up.
  assert.match((await ask({ essential: true, value: high })).url, /\/login\/enrol/)
  assert.ok(told(await ask({ essential: true, values: [high, 'urn:cardea:aal1'] }), 'code'))
  assert.ok(told(await ask({ essential: true }), 'code'))
  assert.ok(told(await ask({ value: high }), 'code'))
  assert.ok(told(await browser.open(path({ acr_values: high })), 'code'))
})

test('Form Post Response Mode §2: the answer is a form that posts to the client', async () => {
  const browser = await known()
  const page = await browser.open(path({ response_mode: 'form_post', state: 'a"<b>&' }))
  assert.equal(page.status, 200)
  assert.equal(page.left, undefined)
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
  assert.equal(page.headers.get('cache-control'), 'no-store')
  assert.ok(page.body.includes(`<form method="post" action="${callback}"`))
  const { code, state, iss, session_state, ...rest } = hiddenFields(page.body)
  assert.match(session_state ?? '', /^[\w-]{43}\.[\w-]+$/)
  assert.deepEqual([state, iss, rest], ['a"<b>&', server.url, {}])
  const policy = page.headers.get('content-security-policy') ?? ''
  assert.match(policy, /form-action 'self' https:/)
  assert.match(policy, /script-src 'self'/)
  assert.equal((await redeem(server, client, code ?? '', proof.verifier)).status, 200)
})

test('Form Post Response Mode §2: a failure is posted as well', async () => {
  const fields = { response_mode: 'form_post', prompt: 'none' }
  const page = await server.browser().open(path(fields))
  const { error, state, iss, code } = hiddenFields(page.body)
  assert.deepEqual([error, state, iss, code], ['login_required', 'st-1', server.url, undefined])
})

test('OIDC Core §5.3.1: UserInfo by GET, by POST and with the token in the body', async () => {
  const { access_token } = await obtainTokens(server, client, user)
  const got = await userinfo(access_token)
  assert.equal(got.status, 200)
  assert.match(got.headers.get('content-type') ?? '', /^application\/json/)
  assert.equal(got.headers.get('cache-control'), 'no-store')
  const posted = await userinfo(access_token, { method: 'POST' })
  assert.deepEqual(posted.body, got.body)
  const body = new URLSearchParams({ access_token: String(access_token) })
  const inBody = await userinfo('', { method: 'POST', headers: {}, body })
  assert.deepEqual([inBody.status, inBody.body], [200, got.body])
})

test('RFC 6750 §2: a token is sent in one way only and never in the query', async () => {
  const { access_token } = await obtainTokens(server, client, user)
  const body = new URLSearchParams({ access_token: String(access_token) })
  const twice = await userinfo(access_token, { method: 'POST', body })
  assert.deepEqual([twice.status, twice.body.error], [400, 'invalid_request'])
  const inQuery = await fetch(`${server.url}/oauth/userinfo?${body}`)
  assert.equal(inQuery.status, 401)
})

test('OIDC Core §5.4: scopes decide which claims UserInfo has', async () => {
  const claims = async (scope: string) => {
    const { access_token } = await obtainTokens(server, client, user, { scope })
    return Object.keys((await userinfo(access_token)).body).sort()
  }
  const ofProfile = ['given_name', 'locale', 'name', 'preferred_username', 'sub', 'updated_at']
  assert.deepEqual(await claims('openid'), ['sub'])
  assert.deepEqual(await claims('openid email'), ['email', 'email_verified', 'sub'])
  assert.deepEqual(await claims('openid profile'), ofProfile)
  assert.deepEqual(await claims('openid address phone'), ['sub'], 'no value, no member')
})

test('RFC 6750 §3: without a token the answer is a bare challenge', async () => {
  for (const headers of [{}, { authorization: 'Basic eDp5' }, { authorization: 'Bearer' }]) {
    const answer = await userinfo('', { headers })
    assert.equal(answer.status, 401)
    const challenge = answer.headers.get('www-authenticate') ?? ''
    assert.match(challenge, /^Bearer /)
    assert.doesNotMatch(challenge, /error=/)
  }
})

test('RFC 6750 §3.1: a token that is wrong, forged, foreign or expired is invalid_token', async () => {
  const { access_token, id_token, refresh_token } = await obtainTokens(server, client, user)
  const token = String(access_token)
  const claims = decodeJwt(token)
  const { privateKey } = await generateKeyPair('ES256')
  const kid = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
  const header = { alg: 'ES256', typ: 'at+jwt', kid }
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
  const cases: [string, unknown][] = [
    ['garbage', 'garbage'],
    ['alg none', `${none}.${token.split('.')[1]}.`],
    [
      'a foreign key with our kid',
      await new SignJWT(claims).setProtectedHeader(header).sign(privateKey),
    ],
    ['an ID token', id_token],
    ['a refresh token', refresh_token],
    ['a broken signature', `${token.slice(0, -8)}AAAAAAAA`],
  ]
  const check = async (why: string, bad: unknown) => {
    const answer = await userinfo(bad)
    assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_token'], why)
    const challenge = answer.headers.get('www-authenticate') ?? ''
    assert.match(challenge, /^Bearer .*error="invalid_token"/, why)
  }
  for (const [why, bad] of cases) await check(why, bad)
  assert.equal((await userinfo(token)).status, 200)
  clock.advance(600)
  await check('expired', token)
})

test('RFC 6750 §3.1: a token without openid or without a person has too little scope', async () => {
  const machine = await server.client({ grant_types: ['client_credentials'], scope: 'read' })
  const { body } = await post(server, '/oauth/token', machine, { grant_type: 'client_credentials' })
  const plain = await obtainTokens(server, client, user, { scope: 'email' })
  for (const token of [body.access_token, plain.access_token]) {
    const answer = await userinfo(token)
    assert.deepEqual([answer.status, answer.body.error], [403, 'insufficient_scope'])
    assert.match(answer.headers.get('www-authenticate') ?? '', /error="insufficient_scope"/)
  }
})

test('OIDC Core §3.1.2.6: whoever denies sends access_denied and is asked again next time', async () => {
  const own = await server.client()
  const browser = server.browser()
  const page = await signIn(browser, await browser.open(path({}, own)))
  assert.ok(isConsent(page))
  const denied = await browser.submit(page, { decision: 'deny' })
  assert.deepEqual(
    [told(denied), told(denied, 'state'), told(denied, 'iss'), told(denied, 'code')],
    ['access_denied', 'st-1', server.url, null],
  )
  assert.ok(isConsent(await browser.open(path({}, own))))
})

test('OIDC Core §3.1.2.4: what was allowed is not asked again, more is', async () => {
  const own = await server.client()
  const browser = server.browser()
  await passPages(browser, path({ scope: 'openid email' }, own), user)
  assert.ok(told(await browser.open(path({ scope: 'openid email' }, own)), 'code'))
  assert.ok(told(await browser.open(path({ scope: 'openid' }, own)), 'code'))
  assert.ok(isConsent(await browser.open(path({ scope: 'openid email profile' }, own))))
  const elsewhere = server.browser()
  const page = await elsewhere.open(path({ scope: 'openid email' }, own))
  assert.ok(told(await signIn(elsewhere, page), 'code'), 'in every browser of the person')
})

test('OIDC Core §3.1.2.4: a first-party client never asks', async () => {
  const own = await server.client({ require_consent: false })
  const browser = server.browser()
  const done = await signIn(browser, await browser.open(path({}, own)))
  assert.ok(told(done, 'code'))
  assert.ok(told(await browser.open(path({ prompt: 'none' }, own)), 'code'))
})

test('OIDC Core §3.1.2.4: the consent of one person is not that of the next in the same browser', async () => {
  const own = await server.client()
  const browser = server.browser()
  const page = await signIn(browser, await browser.open(path({}, own)))
  const flow = new URL(page.url).searchParams.get('flow')
  await browser.submit(page, { decision: 'allow' })
  await browser.submit(await browser.open('/logout'), {})
  const next = await server.user()
  await signIn(browser, await browser.open('/login'), next)
  const resumed = await browser.open(`/oauth/authorize/resume?flow=${flow}`)
  assert.equal(told(resumed, 'code') ?? undefined, undefined, 'a code for who was never asked')
})

test('OIDC Core §3.1.2: a flow goes on only in the browser that began it', async () => {
  const browser = server.browser()
  const page = await browser.open(path())
  const flow = new URL(page.url).searchParams.get('flow')
  const stranger = await known()
  for (const at of ['/login', '/consent', '/oauth/authorize/resume']) {
    const seen = await stranger.open(`${at}?flow=${flow}`)
    assert.deepEqual([seen.status, seen.left], [400, undefined], at)
    assert.match(seen.body, /<code>invalid_request<\/code>/, at)
  }
  const posted = await stranger.submit(page, { identifier: user.username, password: user.password })
  assert.ok(posted.status >= 400 && posted.left === undefined)
})

test('OIDC Core §3.1.2: a flow that has expired is a page', async () => {
  const browser = server.browser()
  const page = await browser.open(path())
  const flow = new URL(page.url).searchParams.get('flow')
  clock.advance(1801)
  const seen = await browser.open(`/login?flow=${flow}`)
  assert.deepEqual([seen.status, seen.left], [400, undefined])
})

test('RFC 6749 §4.1.2.1: a flow whose client was deactivated meanwhile ends on a page', async () => {
  const leaving = await server.client()
  const browser = server.browser()
  const page = await signIn(browser, await browser.open(path({}, leaving)))
  assert.ok(isConsent(page))
  const flow = new URL(page.url).searchParams.get('flow')
  await setClientActive(server.app.db, leaving.id, false, clock.now())
  clock.advance(1)
  for (const seen of [
    await browser.open(`/oauth/authorize/resume?flow=${flow}`),
    await browser.open(`/consent?flow=${flow}`),
    await browser.submit(page, { decision: 'allow' }),
  ]) {
    assert.deepEqual([seen.status, seen.left], [400, undefined], seen.url)
    assert.match(seen.headers.get('content-type') ?? '', /^text\/html/)
  }
})

test('RFC 6749 §4.1.2: a code expires', async () => {
  const { code, proof: own } = await obtainCode(server, client, user)
  clock.advance(60)
  assert.equal((await redeem(server, client, code, own.verifier)).body.error, 'invalid_grant')
})

test('OIDC Core §3.1.2.3: a wrong password keeps the flow and says nothing', async () => {
  const browser = server.browser()
  const page = await browser.open(path())
  const wrong = await browser.submit(page, { identifier: user.username, password: 'wrong' })
  const nobody = await browser.submit(page, { identifier: 'nobody', password: 'wrong' })
  for (const seen of [wrong, nobody]) {
    assert.equal(seen.status, 400)
    assert.match(seen.body, /The username, email or password is not correct\./)
    assert.ok(!seen.body.includes('value="wrong"'))
  }
  const done = await signIn(browser, wrong)
  assert.ok(told(done, 'code') || isConsent(done))
})

test('OIDC Core §11: tokens of a session outlive a new password of the same person, not another person', async () => {
  const { access_token, refresh_token, browser } = await obtainTokens(server, client, user, {
    scope: 'openid',
  })
  clock.advance(1)
  await signIn(browser, await browser.open(path({ prompt: 'login' })))
  assert.equal((await userinfo(access_token)).status, 200)
  const { body } = await refresh(server, client, refresh_token)
  assert.equal((await userinfo(body.access_token)).status, 200)
  clock.advance(1)
  const choice = await browser.open(path({ prompt: 'select_account' }))
  const page = await browser.submit(choice, { account: 'other' })
  await signIn(browser, page, await server.user())
  assert.equal((await userinfo(body.access_token)).status, 401)
  assert.equal((await refresh(server, client, body.refresh_token)).body.error, 'invalid_grant')
})

test('OIDC Core §3.1.2.1: an anonymous browser with a hint must become the person of the hint', async () => {
  const { id_token } = await obtainTokens(server, client, user)
  const hinted = path({ id_token_hint: String(id_token) })
  const browser = server.browser()
  const wrong = await signIn(browser, await browser.open(hinted), await server.user())
  assert.equal(told(wrong, 'code') ?? undefined, undefined)
  const right = server.browser()
  assert.ok(told(await signIn(right, await right.open(hinted)), 'code'))
})

test('OIDC Core §3.1.2.1: several consents in two tabs do not disturb each other', async () => {
  const own = await server.client()
  const browser = server.browser()
  const first = await signIn(browser, await browser.open(path({ state: 'one' }, own)))
  const second = await browser.open(path({ state: 'two' }, own))
  assert.ok(isConsent(first) && isConsent(second))
  const denied = await browser.submit(second, { decision: 'deny' })
  assert.deepEqual([told(denied), told(denied, 'state')], ['access_denied', 'two'])
  const allowed = await browser.submit(first, { decision: 'allow' })
  assert.ok(told(allowed, 'code'))
  assert.equal(told(allowed, 'state'), 'one')
})
