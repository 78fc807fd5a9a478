import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setUserActive } from '../../src/identity/index.ts'
import type { Browser } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { rows } from './rows.ts'

let server: TestServer
let user: TestUser

before(async () => {
  server = await testServer()
  user = await server.user()
})
after(() => server.close())

const session = 'cardea_session'

async function signIn(browser: Browser, identifier = user.username, password = user.password) {
  return browser.submit(await browser.open('/login'), { identifier, password })
}

const me = (cookie: string) =>
  fetch(`${server.url}/api/v1/users/me`, { headers: { cookie: `${session}=${cookie}` } })

test('ASVS 7.2.4: signing in again changes the session id and kills the old one', async () => {
  const browser = server.browser()
  await signIn(browser)
  const first = browser.cookies.get(session) ?? ''
  assert.equal((await me(first)).status, 200)
  const csrf = hiddenFields((await browser.open('/logout')).body).csrf ?? ''
  const body = new URLSearchParams({ csrf, identifier: user.username, password: user.password })
  assert.equal((await browser.fetch('/login', { method: 'POST', body })).status, 303)
  const second = browser.cookies.get(session) ?? ''
  assert.notEqual(second, first)
  assert.equal((await me(first)).status, 401)
  assert.equal((await me(second)).status, 200)
})

test('a session cookie planted before the login is not adopted', async () => {
  const planted = 'p'.repeat(43)
  const browser = server.browser()
  browser.cookies.set(session, planted)
  await signIn(browser)
  assert.notEqual(browser.cookies.get(session), planted)
  assert.equal((await me(planted)).status, 401)
  for (const value of ['', 'x', "' OR 1=1", '%00', 'p'.repeat(10_000), '..%2f', '__proto__']) {
    assert.equal((await me(value)).status, 401, value.slice(0, 20))
  }
})

test("an attacker's session that is planted in a browser ends when its owner signs in there", async () => {
  const attacker = await server.user()
  const evil = server.browser()
  await signIn(evil, attacker.username, attacker.password)
  const planted = evil.cookies.get(session) ?? ''
  const victim = server.browser()
  const page = await victim.open('/login')
  victim.cookies.set(session, planted)
  await victim.submit(page, { identifier: user.username, password: user.password })
  assert.equal((await me(planted)).status, 401)
})

test('signing out ends the session on the server, not only in the browser', async () => {
  const browser = server.browser()
  await signIn(browser)
  const cookie = browser.cookies.get(session) ?? ''
  await browser.submit(await browser.open('/logout'), {})
  assert.equal(browser.cookies.has(session), false)
  assert.equal((await me(cookie)).status, 401)
})

test('X-Forwarded-For is not believed when no proxy is trusted', async () => {
  const browser = server.browser()
  const page = await browser.open('/login')
  const fields = { ...hiddenFields(page.body), identifier: user.username, password: user.password }
  const headers = {
    'x-forwarded-for': '203.0.113.9',
    'x-real-ip': '203.0.113.9',
    forwarded: 'for=203.0.113.9',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
  }
  const body = new URLSearchParams(fields)
  const response = await browser.fetch('/login', { method: 'POST', headers, body })
  assert.equal(response.headers.get('location'), '/')
  const seen = await rows(
    server.databaseUrl,
    'SELECT ip_address::text FROM sessions UNION SELECT ip_address::text FROM audit_log WHERE ip_address IS NOT NULL',
  )
  assert.deepEqual(
    seen.map((row) => row.ip_address),
    ['127.0.0.1/32'],
  )
})

test('ASVS 6.3.8: unknown, wrong and deactivated look alike and cost the same', async () => {
  const gone = await server.user()
  await setUserActive(server.app.db, gone.id, false, new Date())
  const hashes = async () => {
    const { body } = await server.app.metrics.render()
    return Number(/^cardea_password_hash_seconds_count (\d+)/m.exec(body)?.[1] ?? 0)
  }
  const attempts: [string, string][] = [
    ['nobody-here', 'wrong wrong wrong'],
    ['nobody@example.org', 'wrong wrong wrong'],
    [user.username, 'wrong wrong wrong'],
    [user.email ?? '', 'wrong wrong wrong'],
    [gone.username, gone.password],
    [gone.username, 'wrong wrong wrong'],
    [`${user.username}'--`, 'wrong wrong wrong'],
  ]
  const viaPage: unknown[] = []
  const viaApi: unknown[] = []
  for (const [identifier, password] of attempts) {
    const browser = server.browser()
    const page = await browser.open('/login')
    let before = await hashes()
    const seen = await browser.submit(page, { identifier, password })
    const computed = (await hashes()) - before
    const { csrf = '' } = hiddenFields(seen.body)
    const escaped = identifier.replaceAll("'", '&#39;')
    const body = seen.body
      .replaceAll(csrf, 'CSRF')
      .replace(/(challenge&#34;:&#34;)[\w-]+/, '$1NEW')
      .replaceAll(identifier, 'ID')
      .replaceAll(escaped, 'ID')
    viaPage.push({ status: seen.status, body, computed, session: browser.cookies.has(session) })
    before = await hashes()
    const response = await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identifier, password }),
    })
    const { instance: _, ...problem } = (await response.json()) as Record<string, unknown>
    viaApi.push({ status: response.status, problem, computed: (await hashes()) - before })
  }
  for (const answers of [viaPage, viaApi]) {
    for (const answer of answers) assert.deepEqual(answer, answers[0])
  }
  const [page] = viaPage as { status: number; computed: number; session: boolean }[]
  assert.deepEqual([page?.status, page?.computed, page?.session], [400, 1, false])
})
