import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { returnPath } from '../../src/login/index.ts'
import type { Browser } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { rows } from './rows.ts'

let server: TestServer
let victim: TestUser
let attacker: TestUser
let evil: Browser

before(async () => {
  server = await testServer()
  victim = await server.user()
  attacker = await server.user()
  evil = await signIn(attacker)
})
after(() => server.close())

async function signIn({ username: identifier, password }: TestUser): Promise<Browser> {
  const browser = server.browser()
  await browser.submit(await browser.open('/login'), { identifier, password })
  return browser
}

async function end(browser: Browser, id: string) {
  const path = `/api/v1/users/me/sessions/${encodeURIComponent(id)}`
  const answer = await browser.fetch(path, { method: 'DELETE', headers: { origin: server.url } })
  const { instance: _, ...body } = (await answer.json()) as Record<string, unknown>
  return { status: answer.status, body }
}

const alive = async (browser: Browser) => (await browser.fetch('/api/v1/users/me')).status === 200

const idOf = async (user: TestUser) => {
  const [row] = await rows(
    server.databaseUrl,
    `SELECT id FROM sessions WHERE user_id = '${user.id}' AND ended_at IS NULL ORDER BY created_at DESC`,
  )
  return String(row?.id)
}

test('ASVS 8.2.2: the session of somebody else is as unknown as one that never was', async () => {
  const browser = await signIn(victim)
  const foreign = await end(evil, await idOf(victim))
  assert.equal(foreign.status, 404)
  const invented = ['00000000-0000-7000-8000-000000000000', 'x', "' OR 1=1--", '%', 'NULL']
  for (const id of invented) assert.deepEqual(await end(evil, id), foreign, id)
  assert.equal(await alive(browser), true)
  const refused = await rows(
    server.databaseUrl,
    `SELECT 1 FROM audit_log WHERE action = 'session.end' AND actor = 'user:${attacker.id}'`,
  )
  assert.equal(refused.length, 0)
})

test('the page does not end the session of somebody else either', async () => {
  const browser = await signIn(victim)
  const { csrf = '' } = hiddenFields((await evil.open('/account/sessions')).body)
  const body = new URLSearchParams({ csrf, session: await idOf(victim) })
  const answer = await evil.fetch('/account/sessions/end', { method: 'POST', body })
  assert.equal(answer.status, 404)
  assert.equal(await alive(browser), true)
})

test('ending all others ends nothing of anybody else', async () => {
  const browser = await signIn(victim)
  const other = await signIn(attacker)
  const headers = { origin: server.url }
  const answer = await evil.fetch('/api/v1/users/me/sessions/end-others', {
    method: 'POST',
    headers,
  })
  assert.equal(answer.status, 200)
  assert.deepEqual(await Promise.all([alive(browser), alive(other)]), [true, false])
})

test('the lists of two people have nothing in common', async () => {
  const browser = await signIn(victim)
  const ids = async (of: Browser) => {
    const { sessions } = (await (await of.fetch('/api/v1/users/me/sessions')).json()) as {
      sessions: { id: string }[]
    }
    return new Set(sessions.map(({ id }) => id))
  }
  const [mine, theirs] = [await ids(browser), await ids(evil)]
  assert.ok(mine.size > 0 && theirs.size > 0)
  assert.deepEqual(
    [...mine].filter((id) => theirs.has(id)),
    [],
  )
})

test('without a session there is nothing to see, to end or to confirm', async () => {
  const stranger = server.browser()
  const headers = { origin: server.url, 'content-type': 'application/json' }
  const calls: [string, string][] = [
    ['GET', '/users/me/sessions'],
    ['DELETE', `/users/me/sessions/${await idOf(victim)}`],
    ['POST', '/users/me/sessions/end-others'],
    ['POST', '/auth/reauthenticate'],
  ]
  for (const [method, path] of calls) {
    const body = method === 'POST' ? JSON.stringify({ password: victim.password }) : undefined
    const init = { method, headers: method === 'POST' ? headers : {}, ...(body && { body }) }
    assert.equal((await stranger.fetch(`/api/v1${path}`, init)).status, 401, path)
  }
  for (const path of ['/account/sessions', '/account/confirm']) {
    assert.equal(new URL((await stranger.open(path)).url).pathname, '/login')
  }
})

test('the password of another account confirms nothing', async () => {
  const other = await server.user({ password: 'a password of somebody else' })
  const browser = await signIn(victim)
  const page = await browser.open('/account/confirm')
  assert.equal((await browser.submit(page, { password: other.password })).status, 400)
  const fields = { password: other.password, identifier: other.username, username: other.username }
  assert.equal((await browser.submit(page, fields)).status, 400)
})

test('forms of the account are not honoured from elsewhere', async () => {
  const browser = await signIn(victim)
  const { csrf = '' } = hiddenFields((await browser.open('/account/sessions')).body)
  const foreign = hiddenFields((await evil.open('/account/sessions')).body).csrf ?? ''
  const post = async (path: string, token: string, headers: Record<string, string> = {}) => {
    const fields = { csrf: token, password: victim.password, session: await idOf(victim) }
    const body = new URLSearchParams(fields)
    return (await browser.fetch(path, { method: 'POST', body, headers })).status
  }
  const paths = ['/account/sessions/end', '/account/sessions/end-others', '/account/confirm']
  for (const path of paths) {
    assert.equal(await post(path, ''), 403, path)
    assert.equal(await post(path, foreign), 403, path)
    assert.equal(await post(path, csrf, { origin: 'https://evil.example' }), 403, path)
  }
  assert.equal(await alive(browser), true)
})

test('after confirming, a browser goes to pages of the account only', async () => {
  const hostile = [
    'https://evil.example/account/sessions',
    '//evil.example',
    '/\\evil.example',
    '/account/',
    '/accounts/x',
    '/account/../logout',
    '/account/%2e%2e/logout',
    '/account/sessions?x=1',
    '/account/sessions#x',
    '/account/sessions\n',
    '/account//evil.example',
    '/account/confirm',
    'javascript:alert(1)',
    '/account/sessions/',
    ' /account/sessions',
    '',
  ]
  for (const wanted of hostile) assert.equal(returnPath(wanted), '/account', wanted)
  assert.equal(returnPath('/account'), '/account')
  assert.equal(returnPath('/account/profile'), '/account/profile')
  assert.equal(returnPath('/account/security/keys'), '/account/security/keys')
  const browser = await signIn(victim)
  const page = await browser.open(`/account/confirm?return=${encodeURIComponent(hostile[0] ?? '')}`)
  const fields = { password: victim.password, return: 'https://evil.example/' }
  const done = await browser.submit(page, fields)
  assert.equal(done.left, undefined)
  assert.equal(done.url, `${server.url}/account`)
})

test('secrets of devices and sessions are stored as digests only', async () => {
  const browser = await signIn(victim)
  const secrets = ['cardea_session', 'cardea_device'].map((name) => browser.cookies.get(name) ?? '')
  const digests = await rows(server.databaseUrl, 'SELECT digest FROM devices')
  for (const secret of secrets) {
    assert.equal(secret.length, 43)
    for (const { digest } of digests) {
      assert.notEqual((digest as Buffer).toString('latin1'), secret)
      assert.notEqual((digest as Buffer).toString('base64url'), secret)
    }
  }
})
