import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { manualClock } from '../../src/base/index.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { decode } from '../harness/browser.ts'
import type { Fields } from '../harness/oauth.ts'
import { introspect, obtainCode, obtainTokens, query, redeem, refresh } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const bye = 'https://app.example.com/bye'
const inactive = { active: false }
let server: TestServer
let user: TestUser
let client: TestClient
let other: TestClient

before(async () => {
  server = await testServer({ clock })
  user = await server.user()
  client = await server.client({ post_logout_redirect_uris: [bye] })
  other = await server.client({ post_logout_redirect_uris: ['https://other.example/bye'] })
})
after(() => server.close())

const path = (fields: Fields) => `/oauth/logout?${query(fields)}`

async function signedIn(browser: Browser): Promise<boolean> {
  const page = await browser.open('/')
  return page.body.includes(user.username)
}

function assertErrorPage(page: Visit, parameter: string, why: string) {
  assert.equal(page.status, 400, why)
  assert.equal(page.left, undefined, why)
  assert.ok(page.body.includes('<code>invalid_request</code>'), why)
  assert.ok(page.body.includes(`<code>${parameter}</code>`), why)
}

test('RP-Initiated Logout §2: with the ID token of the session it ends at once', async () => {
  const { browser, id_token } = await obtainTokens(server, client, user)
  assert.equal(await signedIn(browser), true)
  const state = 'a b&c'
  const fields = { id_token_hint: String(id_token), post_logout_redirect_uri: bye, state }
  const page = await browser.open(path(fields))
  assert.equal(page.status, 303)
  assert.equal(`${page.left?.origin}${page.left?.pathname}`, bye)
  assert.deepEqual(Object.fromEntries(page.left?.searchParams ?? []), { state })
  assert.equal(await signedIn(browser), false)
  assert.deepEqual([...browser.cookies.keys()].sort(), ['cardea_browser', 'cardea_device'])
})

test('RP-Initiated Logout §2: a request may be posted', async () => {
  const { browser, id_token } = await obtainTokens(server, client, user)
  const body = query({ id_token_hint: String(id_token), post_logout_redirect_uri: bye })
  const response = await browser.fetch('/oauth/logout', { method: 'POST', body })
  assert.equal(response.status, 303)
  assert.equal(response.headers.get('location'), bye, 'without a state none is added')
  assert.equal(await signedIn(browser), false)
})

test('RP-Initiated Logout §2: the session cookie is worthless afterwards', async () => {
  const { browser, id_token } = await obtainTokens(server, client, user)
  const kept = new Map(browser.cookies)
  await browser.open(path({ id_token_hint: String(id_token) }))
  for (const [name, value] of kept) browser.cookies.set(name, value)
  assert.equal(await signedIn(browser), false)
})

test('RP-Initiated Logout §2: without a redirect URI the person sees that it is done', async () => {
  const { browser, id_token } = await obtainTokens(server, client, user)
  const page = await browser.open(path({ id_token_hint: String(id_token), state: 'x' }))
  assert.equal(page.status, 200)
  assert.match(page.body, /You are signed out/)
})

test('RP-Initiated Logout §2: an expired ID token is still a good hint', async () => {
  const { browser, id_token } = await obtainTokens(server, client, user)
  clock.advance(3700)
  const fields = { id_token_hint: String(id_token), post_logout_redirect_uri: bye }
  const page = await browser.open(path(fields))
  assert.equal(page.left?.href, bye)
  assert.equal(await signedIn(browser), false)
})

test('RP-Initiated Logout §2: without a hint the person is asked', async () => {
  const { browser } = await obtainTokens(server, client, user)
  const fields = { client_id: client.id, post_logout_redirect_uri: bye, state: 's' }
  const page = await browser.open(path(fields))
  assert.equal(page.status, 200)
  assert.match(new URL(page.url).pathname, /^\/logout$/)
  assert.match(page.body, /id="logout-confirm"/)
  assert.equal(await signedIn(browser), true, 'nothing has happened yet')
  const done = await browser.submit(page, {})
  assert.equal(done.left?.href, `${bye}?state=s`)
  assert.equal(await signedIn(browser), false)
})

test('RP-Initiated Logout §2: nothing at all is a request too', async () => {
  const { browser } = await obtainTokens(server, client, user)
  const page = await browser.open('/oauth/logout')
  assert.match(page.body, /id="logout-confirm"/)
  const done = await browser.submit(page, {})
  assert.match(done.body, /You are signed out/)
})

test('RP-Initiated Logout §6: the question is answered in the same browser only', async () => {
  const { browser } = await obtainTokens(server, client, user)
  const page = await browser.open('/oauth/logout')
  const stranger = await server.browser().submit(page, {})
  assert.ok(stranger.status >= 400, String(stranger.status))
  const forged = await browser.submit(page, { csrf: 'x'.repeat(43) })
  assert.ok(forged.status >= 400, String(forged.status))
  assert.equal(await signedIn(browser), true)
})

test('RP-Initiated Logout §2: a hint of another person or session asks first', async () => {
  const mine = await obtainTokens(server, client, user)
  const elsewhere = await obtainTokens(server, client, user)
  const stranger = await obtainTokens(server, client, await server.user())
  for (const { id_token } of [elsewhere, stranger]) {
    const page = await mine.browser.open(path({ id_token_hint: String(id_token) }))
    assert.match(page.body, /id="logout-confirm"/)
  }
  assert.equal(await signedIn(mine.browser), true)
  assert.equal(await signedIn(elsewhere.browser), true)
})

test('RP-Initiated Logout §2: whoever is not signed in is sent on', async () => {
  const { id_token } = await obtainTokens(server, client, user)
  const fields = { id_token_hint: String(id_token), post_logout_redirect_uri: bye }
  assert.equal((await server.browser().open(path(fields))).left?.href, bye)
})

test('RP-Initiated Logout §4: a foreign or broken hint is an error page', async () => {
  const { browser, access_token, refresh_token } = await obtainTokens(server, client, user)
  const claims = { iss: server.url, sub: user.id, aud: client.id }
  const { privateKey } = await generateKeyPair('RS256')
  const foreign = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(privateKey)
  const none = new UnsecuredJWT(claims).encode()
  for (const hint of ['garbage', 'a.b.c', foreign, none, access_token, refresh_token]) {
    const page = await browser.open(path({ id_token_hint: String(hint) }))
    assertErrorPage(page, 'id_token_hint', String(hint))
  }
  assert.equal(await signedIn(browser), true)
})

test('RP-Initiated Logout §2: a client_id must be that of the hint', async () => {
  const { browser, id_token } = await obtainTokens(server, client, user)
  const fields = { id_token_hint: String(id_token), client_id: other.id }
  assertErrorPage(await browser.open(path(fields)), 'client_id', 'another client')
  const fine = await browser.open(path({ ...fields, client_id: client.id }))
  assert.match(fine.body, /You are signed out/)
})

test('RP-Initiated Logout §3: only a registered address of the very client is gone to', async () => {
  const { browser, id_token } = await obtainTokens(server, client, user)
  const addresses = [
    'https://evil.example/',
    'https://other.example/bye',
    `${bye}/`,
    `${bye}?x=1`,
    bye.toUpperCase(),
    callback,
    'javascript:alert(1)',
  ]
  for (const post_logout_redirect_uri of addresses) {
    for (const by of [{ id_token_hint: String(id_token) }, { client_id: client.id }]) {
      const page = await browser.open(path({ ...by, post_logout_redirect_uri }))
      assertErrorPage(page, 'post_logout_redirect_uri', post_logout_redirect_uri)
    }
  }
  const anonymous = await browser.open(path({ post_logout_redirect_uri: bye }))
  assertErrorPage(anonymous, 'post_logout_redirect_uri', 'of no client')
  assert.equal(await signedIn(browser), true, 'a refused request ends nothing')
})

test('OIDC Core §11: what the session gave dies with it, except with offline_access', async () => {
  const online = await obtainTokens(server, client, user, { scope: 'openid' })
  const { browser } = online
  const { code, proof } = await obtainCode(server, client, user, { browser })
  const { body: offline } = await redeem(server, client, code, proof.verifier)
  await browser.open(path({ id_token_hint: String(online.id_token) }))
  assert.deepEqual(await introspect(server, client, online.access_token), inactive)
  const dead = await refresh(server, client, online.refresh_token)
  assert.equal(dead.body.error, 'invalid_grant')
  assert.equal((await introspect(server, client, offline.access_token)).active, true)
  assert.equal((await refresh(server, client, offline.refresh_token)).status, 200)
})

test('OIDC Core §11: a code of an ended session gives nothing that outlives the session', async () => {
  const fields = { scope: 'openid' }
  const { code, proof, browser } = await obtainCode(server, client, user, { fields })
  await browser.submit(await browser.open('/oauth/logout'), {})
  const { status, body } = await redeem(server, client, code, proof.verifier)
  const dead = status === 400 && body.error === 'invalid_grant'
  assert.ok(dead, `a code of a session that was signed out: ${status}`)
})

test('RP-Initiated Logout §2: the person is told who asks', async () => {
  const named = await server.client({
    client_name: 'Bakery <b>&',
    post_logout_redirect_uris: [bye],
    require_consent: false,
  })
  const { browser, id_token } = await obtainTokens(server, named, await server.user())
  const foreign = await obtainTokens(server, named, user)
  for (const fields of [{ client_id: named.id }, { id_token_hint: String(foreign.id_token) }]) {
    const page = await browser.open(path(fields))
    assert.match(
      decode(page.body),
      /<strong><bdi>Bakery <b>&<\/bdi><\/strong> asks to sign you out/,
    )
  }
  const unknown = await browser.open(path({ client_id: 'nobody' }))
  assert.doesNotMatch(unknown.body, /asks to sign you out/)
  const own = await browser.open(path({ id_token_hint: String(id_token) }))
  assert.match(own.body, /You are signed out/)
})

test('RP-Initiated Logout §2: a logout_hint for somebody else makes us ask, and never confirms', async () => {
  const { browser, id_token } = await obtainTokens(server, client, user)
  const id_token_hint = String(id_token)
  for (const fields of [
    { id_token_hint, logout_hint: 'somebody.else' },
    { logout_hint: user.username },
  ]) {
    const page = await browser.open(path(fields))
    assert.match(page.body, /id="logout-confirm"/)
  }
  const logout_hint = user.username.toUpperCase()
  const page = await browser.open(path({ id_token_hint, logout_hint }))
  assert.match(page.body, /You are signed out/)
})

test('RP-Initiated Logout §2: the form of another site, which comes without our cookies, is followed', async () => {
  const { browser, id_token } = await obtainTokens(server, client, user)
  const fields = { id_token_hint: String(id_token), post_logout_redirect_uri: bye, state: 'p' }
  const answer = await fetch(`${server.url}/oauth/logout`, {
    method: 'POST',
    body: query(fields),
    redirect: 'manual',
  })
  assert.equal(answer.status, 303)
  assert.deepEqual(answer.headers.getSetCookie(), [], 'what the browser has is left alone')
  const onward = answer.headers.get('location') ?? ''
  assert.ok(!onward.includes(String(id_token)), 'a token is in no address')
  const page = await browser.open(onward)
  assert.equal(page.left?.href, `${bye}?state=p`)
  assert.equal(await signedIn(browser), false)
  const bad = { method: 'POST', body: query({ id_token_hint: 'garbage' }) }
  assert.equal((await fetch(`${server.url}/oauth/logout`, bad)).status, 400)
  const unknown = await browser.open('/oauth/logout/posted?request=AAAAAAAAAAAAAAAAAAAAAA')
  assert.equal(unknown.status, 400)
})

test('RP-Initiated Logout §3.1: loopback addresses are compared as they are, too', async () => {
  const uri = 'http://127.0.0.1:5000/bye'
  const native = await server.client({ post_logout_redirect_uris: [uri] })
  const asked = (post_logout_redirect_uri: string) =>
    server.browser().open(path({ client_id: native.id, post_logout_redirect_uri }))
  assert.equal((await asked(uri)).left?.href, uri)
  assertErrorPage(await asked('http://127.0.0.1:5001/bye'), 'post_logout_redirect_uri', 'port')
})
