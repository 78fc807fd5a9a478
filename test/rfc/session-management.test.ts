import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import type { Browser } from '../harness/browser.ts'
import { authorizePath, passPages, pkce } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const cookie = 'cardea_state'
let server: TestServer
let client: TestClient
let user: TestUser

before(async () => {
  server = await testServer({ clock })
  client = await server.client({ require_consent: false })
  user = await server.user()
})
after(() => server.close())

/** What the script in the frame computes for a client at `https://app.example.com`. */
function judge(browser: Browser, told: string | null, origin = 'https://app.example.com') {
  const [hash, salt] = (told ?? '').split('.')
  const text = `${client.id} ${origin} ${browser.cookies.get(cookie) ?? ''} ${salt}`
  const now = createHash('sha256').update(text).digest('base64url')
  return now === hash ? 'unchanged' : 'changed'
}

async function sessionState(browser: Browser, fields: Readonly<Record<string, string>> = {}) {
  const page = await passPages(browser, authorizePath(client, pkce(), fields), user)
  return page.left?.searchParams.get('session_state') ?? null
}

test('Session Management §2: an answer about an authentication has a session_state', async () => {
  const browser = server.browser()
  const told = await sessionState(browser)
  assert.match(told ?? '', /^[\w-]{43}\.[\w-]{22}$/)
  assert.equal(judge(browser, told), 'unchanged')
  assert.equal(judge(browser, told, 'https://evil.example'), 'changed', 'of no use elsewhere')
  const silent = await sessionState(browser, { prompt: 'none' })
  assert.notEqual(silent, told, 'salted')
  assert.equal(judge(browser, silent), 'unchanged')
  assert.equal(await sessionState(browser, { scope: 'profile' }), null)
})

test('Session Management §3: it changes when the person signs out or another one signs in', async () => {
  const browser = server.browser()
  const told = await sessionState(browser)
  await browser.submit(await browser.open('/logout'), {})
  assert.equal(browser.cookies.get(cookie), undefined)
  assert.equal(judge(browser, told), 'changed')
  const again = await sessionState(browser)
  assert.equal(judge(browser, told), 'changed')
  assert.equal(judge(browser, again), 'unchanged')
})

test('Session Management §3: scripts can read the cookie, and it says nothing of the session', async () => {
  const browser = server.browser()
  await sessionState(browser)
  const session = browser.cookies.get('cardea_session') ?? ''
  const state = browser.cookies.get(cookie) ?? ''
  assert.match(state, /^[\w-]{43}$/)
  const plain = createHash('sha256').update(session).digest('base64url')
  assert.ok(state !== session && state !== plain)
  clock.advance(1)
  const page = await browser.open(authorizePath(client, pkce(), { prompt: 'login' }))
  const { username: identifier, password } = user
  const form = new URLSearchParams({ identifier, password })
  for (const [, name = '', value = ''] of page.body.matchAll(
    /type="hidden" name="(\w+)" value="([^"]*)"/g,
  ))
    form.set(name, value)
  const answer = await browser.fetch('/login', { method: 'POST', body: form })
  const line = answer.headers.getSetCookie().find((one) => one.startsWith(`${cookie}=`)) ?? ''
  assert.doesNotMatch(line, /httponly/i)
  assert.match(line, /samesite=lax/i, 'over plain HTTP browsers refuse anything else')
})

test('Session Management §3.2: the frame may be shown by every site, and is nothing but a script', async () => {
  const frame = await fetch(`${server.url}/oauth/session`)
  assert.equal(frame.status, 200)
  const policy = frame.headers.get('content-security-policy') ?? ''
  assert.match(policy, /frame-ancestors \*/)
  assert.match(policy, /default-src 'none'; script-src 'self'/)
  assert.equal(frame.headers.get('x-frame-options'), null)
  const { length } = frame.headers.getSetCookie()
  assert.equal(length, 0)
  const body = await frame.text()
  assert.match(body, /<script type="module" src="\/assets\/session-state\.js">/)
  assert.doesNotMatch(body, /<(form|a|button)\b/)
  const script = await fetch(`${server.url}/assets/session-state.js`)
  assert.equal(script.status, 200)
  const login = await fetch(`${server.url}/login`)
  assert.match(login.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
})

test('Session Management §3.3: the metadata names the frame, and what of logout works', async () => {
  const metadata = await (await fetch(`${server.url}/.well-known/openid-configuration`)).json()
  assert.equal(metadata.check_session_iframe, `${server.url}/oauth/session`)
  for (const channel of ['backchannel', 'frontchannel']) {
    assert.equal(metadata[`${channel}_logout_supported`], true)
    assert.equal(metadata[`${channel}_logout_session_supported`], true)
  }
})
