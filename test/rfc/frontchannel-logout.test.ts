import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { decode } from '../harness/browser.ts'
import { obtainCode, obtainTokens, query, redeem } from '../harness/oauth.ts'
import type { TestClient, TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const bye = 'https://app.example.com/bye'
const out = 'https://app.example.com/out?a=1&b=2'
let server: TestServer
let client: TestClient
let second: TestClient

before(async () => {
  server = await testServer()
  client = await server.client({
    require_consent: false,
    post_logout_redirect_uris: [bye],
    frontchannel_logout_uri: out,
    frontchannel_logout_session_required: true,
  })
  second = await server.client({
    require_consent: false,
    redirect_uris: ['https://app.example.com/callback', 'https://two.example:8443/cb'],
    frontchannel_logout_uri: 'https://two.example:8443/out',
  })
})
after(() => server.close())

const framesOf = (page: string) =>
  [...page.matchAll(/<iframe src="([^"]*)"/g)].map(([, address = '']) => decode(address))

const frameSources = (headers: Headers) =>
  /frame-src ([^;]*)/.exec(headers.get('content-security-policy') ?? '')?.[1]

/** Somebody who is signed in at both clients. */
async function atBoth() {
  const user = await server.user()
  const { browser, id_token } = await obtainTokens(server, client, user)
  const { code, proof } = await obtainCode(server, second, user, { browser })
  await redeem(server, second, code, proof.verifier)
  return { browser, id_token, sid: String(decodeJwt(String(id_token)).sid) }
}

test('Front-Channel Logout §3: the page loads the sign-out of every client, and then goes on', async () => {
  const { browser, id_token, sid } = await atBoth()
  const fields = { id_token_hint: String(id_token), post_logout_redirect_uri: bye, state: 's' }
  const page = await browser.open(`/oauth/logout?${query(fields)}`)
  assert.equal(page.status, 200)
  assert.match(page.url, /\/logout\/done\?farewell=[\w-]{22}$/)
  const told = new URLSearchParams({ a: '1', b: '2', iss: server.url, sid })
  const wanted = [`https://app.example.com/out?${told}`, 'https://two.example:8443/out']
  assert.deepEqual(framesOf(page.body).sort(), wanted)
  assert.equal(page.headers.get('refresh'), `5; url=${bye}?state=s`, 'also without a script')
  assert.ok(decode(page.body).includes(`href="${bye}?state=s" data-onward`))
  assert.match(page.body, /<iframe [^>]*sandbox="allow-scripts allow-same-origin"/)
  const origins = frameSources(page.headers)?.split(' ').sort()
  assert.deepEqual(origins, ['https://app.example.com', 'https://two.example:8443'])
  assert.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
  const script = await fetch(`${server.url}/assets/farewell.js`)
  assert.match(script.headers.get('content-type') ?? '', /javascript/)
  const stranger = await server
    .browser()
    .open(new URL(page.url).pathname + new URL(page.url).search)
  assert.deepEqual(framesOf(stranger.body), [], 'for the browser that was signed out')
  assert.equal(frameSources(stranger.headers), undefined)
})

test('Front-Channel Logout §3: it is the same after the confirmation, and where nothing follows', async () => {
  const { browser } = await atBoth()
  const done = await browser.submit(await browser.open('/oauth/logout'), {})
  assert.equal(framesOf(done.body).length, 2)
  assert.equal(done.headers.get('refresh'), null)
  assert.match(done.body, /You are signed out/)
  const again = await browser.open('/logout')
  assert.deepEqual(framesOf(again.body), [])
  assert.equal(frameSources(again.headers), undefined)
})

test('Front-Channel Logout §3: the page speaks the language of the request', async () => {
  const { browser } = await atBoth()
  const page = await browser.open('/oauth/logout?ui_locales=de')
  assert.match(page.body, /<html lang="de">/)
  const done = await browser.submit(page, {})
  assert.match(done.body, /<html lang="de">/)
})

test('Front-Channel Logout §2: a client that the session does not know is not in it', async () => {
  const user = await server.user()
  const { browser, id_token } = await obtainTokens(server, second, user)
  const page = await browser.open(`/oauth/logout?${query({ id_token_hint: String(id_token) })}`)
  assert.deepEqual(framesOf(page.body), ['https://two.example:8443/out'])
})
