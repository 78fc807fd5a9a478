import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import { mmdb } from '../../src/session/device/mmdb.fixture.ts'
import { hiddenFields } from '../harness/browser.ts'
import { introspect, obtainTokens, refresh } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import {
  alive,
  apiLogin,
  call,
  callWith,
  currentOf,
  othersOf,
  sessionCookie,
  sessionsOf,
  signIn,
} from '../harness/signed-in.ts'
import { rows } from '../security/rows.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const hour = 3600
const day = 24 * hour
let server: TestServer
let client: TestClient
let user: TestUser
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cardea-places-'))
  const file = join(folder, 'places.mmdb')
  const here = { city: { names: { en: 'Cologne', de: 'Köln' } }, country: { names: { en: 'DE' } } }
  await writeFile(file, mmdb({ '127.0.0.0/8': here }))
  server = await testServer({ clock, env: { CARDEA_SESSION_PLACE_FILE: file } })
  client = await server.client()
  user = await server.user()
})
after(async () => {
  await server?.close()
  await rm(folder, { recursive: true })
})

test('the list tells where one is signed in, in browsers and applications', async () => {
  const who = await server.user()
  const laptop = await signIn(server, who)
  clock.advance(1)
  await apiLogin(server, who)
  clock.advance(1)
  await signIn(server, who, { remember: false })
  const sessions = await sessionsOf(laptop)
  assert.deepEqual(
    sessions.map((one) => [one.kind, one.remembered, one.current]),
    [
      ['browser', false, false],
      ['api', true, false],
      ['browser', true, true],
    ],
  )
  const current = currentOf(sessions)
  assert.deepEqual(
    [current.browser, current.system, current.device, current.ip, current.place],
    ['Firefox', 'Linux', 'desktop', '127.0.0.1', 'Cologne, DE'],
  )
  assert.equal(Date.parse(current.expires_at) - Date.parse(current.created_at), 30 * day * 1000)
  assert.equal(current.auth_time, current.created_at)
})

test('a session that is ended or idle is not in the list', async () => {
  const who = await server.user()
  await signIn(server, who)
  clock.advance(day)
  const gone = await signIn(server, who)
  await gone.submit(await gone.open('/logout'), {})
  assert.equal((await sessionsOf(await signIn(server, who))).length, 1)
})

test('ending one session ends it with its tokens, but not access for the time away', async () => {
  const who = await server.user()
  const online = await obtainTokens(server, client, who, { scope: 'openid' })
  const fields = { scope: 'openid offline_access' }
  const mine = await signIn(server, who)
  const offline = await obtainTokens(server, client, who, fields)
  const others = othersOf(await sessionsOf(mine))
  assert.equal(others.length, 2)
  for (const { id } of others) {
    assert.equal((await call(mine, `DELETE /users/me/sessions/${id}`)).status, 204)
    assert.equal((await call(mine, `DELETE /users/me/sessions/${id}`)).status, 404, 'once')
  }
  assert.equal(await alive(online.browser), false)
  assert.equal(await alive(mine), true)
  assert.equal((await refresh(server, client, online.refresh_token)).body.error, 'invalid_grant')
  assert.equal((await introspect(server, client, online.access_token)).active, false)
  assert.equal((await refresh(server, client, offline.refresh_token)).status, 200)
  const audited = await rows(
    server.databaseUrl,
    `SELECT action FROM audit_log WHERE actor = 'user:${who.id}' AND action = 'session.end'`,
  )
  assert.equal(audited.length, 2)
})

test('ending all others spares this one and its tokens, and takes everything else', async () => {
  const who = await server.user()
  const here = await obtainTokens(server, client, who)
  const there = await obtainTokens(server, client, who)
  const application = await apiLogin(server, who)
  const answer = await call(here.browser, 'POST /users/me/sessions/end-others')
  assert.deepEqual([answer.status, answer.body], [200, { ended: 2 }])
  assert.equal(await alive(here.browser), true)
  assert.equal(await alive(there.browser), false)
  assert.equal((await refresh(server, client, here.refresh_token)).status, 200)
  assert.equal((await refresh(server, client, there.refresh_token)).body.error, 'invalid_grant')
  assert.equal(
    (await callWith(server, 'GET /users/me', { token: application.access_token })).status,
    401,
  )
  const [entry] = await rows(
    server.databaseUrl,
    `SELECT details FROM audit_log WHERE actor = 'user:${who.id}' AND action = 'session.end_others'`,
  )
  assert.deepEqual(entry?.details, { count: 2 })
})

test('ASVS 7.5.2: ending others needs a recent proof, ending this one does not', async () => {
  const who = await server.user()
  const [mine, other] = [await signIn(server, who), await signIn(server, who)]
  clock.advance(15 * 60)
  const [{ id } = { id: '' }] = othersOf(await sessionsOf(mine))
  for (const what of [`DELETE /users/me/sessions/${id}`, 'POST /users/me/sessions/end-others']) {
    const refused = await call(mine, what)
    assert.equal(refused.status, 401)
    assert.equal(refused.body.code, 'insufficient_user_authentication')
    const challenge = refused.headers.get('www-authenticate') ?? ''
    assert.match(challenge, /error="insufficient_user_authentication".*max_age=900/)
  }
  const current = currentOf(await sessionsOf(mine))
  assert.equal((await call(mine, `DELETE /users/me/sessions/${current.id}`)).status, 204)
  assert.equal(mine.cookies.has(sessionCookie), false)
  assert.equal(await alive(other), true)
})

test('proving the password again gives a browser a new id, and the old one is dead', async () => {
  const who = await server.user()
  const tokens = await obtainTokens(server, client, who, { scope: 'openid' })
  const { browser } = tokens
  const before = browser.cookies.get(sessionCookie) ?? ''
  clock.advance(15 * 60)
  const wrong = await call(browser, 'POST /auth/reauthenticate', { password: 'not it' })
  assert.deepEqual([wrong.status, wrong.body.code], [401, 'invalid_credentials'])
  assert.equal(browser.cookies.get(sessionCookie), before)
  const right = await call(browser, 'POST /auth/reauthenticate', { password: who.password })
  assert.equal(right.status, 204)
  assert.notEqual(browser.cookies.get(sessionCookie), before)
  const stale = server.browser()
  stale.cookies.set(sessionCookie, before)
  assert.equal(await alive(stale), false)
  assert.equal((await call(browser, 'POST /users/me/sessions/end-others')).status, 200)
  assert.equal((await refresh(server, client, tokens.refresh_token)).status, 200, 'moved along')
})

test('proving the password again makes the tokens of an application fresh', async () => {
  const who = await server.user()
  const { access_token: token, refresh_token } = await apiLogin(server, who)
  clock.advance(15 * 60)
  const again = await callWith(server, 'POST /auth/refresh', { body: { refresh_token } })
  const fresh = again.body.access_token
  const others = 'POST /users/me/sessions/end-others'
  assert.equal(
    (await callWith(server, others, { token: fresh })).body.code,
    'insufficient_user_authentication',
  )
  const proof = { token: fresh, body: { password: who.password } }
  assert.equal((await callWith(server, 'POST /auth/reauthenticate', proof)).status, 204)
  assert.equal((await callWith(server, others, { token: fresh })).status, 200)
  const sessions = (await callWith(server, 'GET /users/me/sessions', { token: fresh })).body
    .sessions
  assert.equal(sessions.length, 1)
  assert.equal(Date.parse(sessions[0]?.auth_time ?? ''), clock.now().getTime())
  assert.equal(
    (await callWith(server, others, { token })).status,
    401,
    'an expired token stays expired',
  )
})

test('who does not ask to be remembered gets a cookie for the window, and 12 hours', async () => {
  const setCookie = async (remember: boolean) => {
    const browser = server.browser()
    const { csrf = '' } = hiddenFields((await browser.open('/login')).body)
    const { username: identifier, password } = user
    const body = new URLSearchParams({
      csrf,
      identifier,
      password,
      ...(remember && { remember: 'yes' }),
    })
    const answer = await browser.fetch('/login', { method: 'POST', body })
    const line = answer.headers.getSetCookie().find((one) => one.startsWith(`${sessionCookie}=`))
    return { browser, line: line ?? '' }
  }
  const [remembered, window] = [await setCookie(true), await setCookie(false)]
  assert.match(remembered.line, /; Max-Age=2592000(;|$)/)
  assert.doesNotMatch(window.line, /Max-Age|Expires/i)
  for (let hours = 0; hours < 12; hours += 6) {
    assert.equal(await alive(window.browser), true, `${hours} hours`)
    clock.advance(6 * hour)
    await alive(remembered.browser)
  }
  assert.equal(await alive(window.browser), false)
  assert.equal(await alive(remembered.browser), true)
})

test('OIDC Core §11: tokens without offline_access end when their session has become idle', async () => {
  const online = await obtainTokens(server, client, user, { scope: 'openid' })
  const offline = await obtainTokens(server, client, user)
  clock.advance(day - 1)
  const last = await refresh(server, client, online.refresh_token)
  assert.equal(last.status, 200)
  clock.advance(1)
  assert.equal((await refresh(server, client, last.body.refresh_token)).body.error, 'invalid_grant')
  assert.equal((await refresh(server, client, offline.refresh_token)).status, 200)
})

test('a refresh is the use of the session of an application', async () => {
  const who = await server.user()
  const { refresh_token } = await apiLogin(server, who)
  clock.advance(20 * day)
  const answer = await callWith(server, 'POST /auth/refresh', { body: { refresh_token } })
  const { sessions } = (
    await callWith(server, 'GET /users/me/sessions', { token: answer.body.access_token })
  ).body
  assert.equal(Date.parse(sessions[0]?.last_seen_at ?? ''), clock.now().getTime())
})

test('a refresh costs five statements, BEGIN and COMMIT included', async () => {
  const tokens = await obtainTokens(server, client, user, { scope: 'openid' })
  const once = await refresh(server, client, tokens.refresh_token)
  server.statements()
  await refresh(server, client, once.body.refresh_token)
  const told = server.statements()
  assert.ok(told.length <= 5, told.join('\n'))
})
