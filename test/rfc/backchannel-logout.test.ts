import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { decodeJwt } from 'jose'
import { assignRole } from '../../src/access/index.ts'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { listDeadJobs, retryAllDeadJobs } from '../../src/jobs/index.ts'
import type { Browser } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import { allResponseTypes } from '../harness/front-channel.ts'
import { postJson } from '../harness/json.ts'
import type { LogoutReceiver } from '../harness/logout-receiver.ts'
import { listeningClient, logoutReceiver, readLogoutToken } from '../harness/logout-receiver.ts'
import type { Answer } from '../harness/oauth.ts'
import {
  authorizePath,
  obtainCode,
  obtainTokens,
  passPages,
  pkce,
  redeem,
} from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { call, currentOf, sessionsOf, signIn } from '../harness/signed-in.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
let receiver: LogoutReceiver
let server: TestServer
let client: TestClient
let second: TestClient
let admin: TestUser

before(async () => {
  receiver = await logoutReceiver()
  server = await testServer({
    clock,
    env: {
      CARDEA_PROTOCOL_OUTGOING_HOSTS: receiver.host,
      CARDEA_PROTOCOL_LOGOUT_ATTEMPTS: '3',
      CARDEA_PROTOCOL_LEGACY_RESPONSE_TYPES: 'true',
      CARDEA_ADMIN_IMPERSONATION: 'true',
    },
  })
  const choices = { require_consent: false, response_types: [...allResponseTypes] }
  const grants = {
    grant_types: ['authorization_code' as const, 'implicit' as const, 'refresh_token' as const],
  }
  client = await listeningClient(server, receiver, '/one', { ...choices, ...grants })
  second = await listeningClient(server, receiver, '/two', { ...choices, ...grants })
  admin = await server.user()
  await assignRole(server.app.db, admin.id, 'owner', clock.now())
})
after(async () => {
  await server?.close()
  await receiver?.close()
})
beforeEach(() => {
  receiver.answer(200)
})

type Tokens = Awaited<ReturnType<typeof obtainTokens>>

const sidOf = (tokens: Answer['body']) => String(decodeJwt(String(tokens.id_token)).sid)

/** Which sessions the clients were told of, by their paths. */
async function told(): Promise<string[]> {
  await server.app.queue.drain()
  return receiver
    .heard()
    .map(({ path, fields }) => `${path} ${String(decodeJwt(fields.get('logout_token') ?? '').sid)}`)
    .sort()
}

async function send(browser: Browser, path: string, fields: Record<string, string> = {}) {
  const page = await browser.open('/account/sessions')
  const { csrf = '' } = hiddenFields(page.body)
  return browser.fetch(path, { method: 'POST', body: new URLSearchParams({ csrf, ...fields }) })
}

async function byAdmin(method: string, path: string, input?: object) {
  const login = { identifier: admin.username, password: admin.password }
  const { body } = await postJson(`${server.url}/api/v1/auth/login`, login)
  const headers = { 'if-match': '*' }
  const answer = await postJson(`${server.url}/api/v1/admin${path}`, input, {
    method,
    token: String(body.access_token),
    headers,
  })
  assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`)
  return answer
}

test('Back-Channel Logout §2.4: the logout token says who was signed out of which session', async () => {
  const user = await server.user()
  const { browser, id_token } = await obtainTokens(server, client, user)
  await browser.open(`/oauth/logout?id_token_hint=${String(id_token)}`)
  await server.app.queue.drain()
  const [notice, ...more] = receiver.heard()
  assert.equal(more.length, 0)
  assert.deepEqual([notice?.method, notice?.path], ['POST', '/one'])
  assert.equal(notice?.contentType, 'application/x-www-form-urlencoded')
  assert.deepEqual([...(notice?.fields.keys() ?? [])], ['logout_token'])
  const { payload, header } = await readLogoutToken(server, client, notice)
  assert.deepEqual([header.typ, header.alg], ['logout+jwt', 'RS256'])
  const names = ['aud', 'events', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub']
  assert.deepEqual(Object.keys(payload).sort(), names, 'and never a nonce')
  assert.equal(payload.sub, user.id)
  assert.equal(payload.sid, sidOf({ id_token }))
  assert.deepEqual(payload.events, { 'http://schemas.openid.net/event/backchannel-logout': {} })
  assert.ok(Number(payload.exp) - Number(payload.iat) <= 120)
})

test('Back-Channel Logout §2.3: every client of the session is told, and nobody else', async () => {
  const user = await server.user()
  const deaf = await server.client({ require_consent: false })
  const { browser, id_token } = await obtainTokens(server, client, user)
  const sid = sidOf({ id_token })
  await obtainCode(server, deaf, user, { browser })
  const { code, proof } = await obtainCode(server, second, user, { browser })
  await redeem(server, second, code, proof.verifier)
  const elsewhere = await obtainTokens(server, client, user)
  await browser.submit(await browser.open('/logout'), {})
  assert.deepEqual(await told(), [`/one ${sid}`, `/two ${sid}`])
  assert.equal((await elsewhere.browser.fetch('/api/v1/users/me')).status, 200)
  await browser.open('/logout')
  assert.deepEqual(await told(), [], 'once')
})

test('Back-Channel Logout §2.3: a client that only has an ID token from the front channel is told', async () => {
  const user = await server.user()
  const browser = server.browser()
  const fields = {
    response_type: 'id_token',
    scope: 'openid',
    code_challenge: undefined,
    code_challenge_method: undefined,
  }
  const page = await passPages(browser, authorizePath(client, pkce(), fields), user)
  const answer = new URLSearchParams(page.left?.hash.slice(1))
  const id_token = answer.get('id_token') ?? ''
  assert.ok(id_token, String(page.left))
  await browser.submit(await browser.open('/logout'), {})
  assert.deepEqual(await told(), [`/one ${sidOf({ id_token })}`])
})

test('Back-Channel Logout §2.3: it does not matter who ends the session, or how', async (t) => {
  const ways: Readonly<Record<string, (tokens: Tokens, user: TestUser) => Promise<unknown>>> = {
    'the person, on the page of sessions': async ({ browser }) => {
      const { id } = currentOf(await sessionsOf(browser))
      return send(browser, '/account/sessions/end', { session: id })
    },
    'the person, from another browser': async ({ browser }, user) => {
      const { id } = currentOf(await sessionsOf(browser))
      return send(await signIn(server, user), '/account/sessions/end', { session: id })
    },
    'the person, everywhere else': async (_tokens, user) =>
      send(await signIn(server, user), '/account/sessions/end-others'),
    'the person, by the API': async ({ browser }) => {
      const { id } = currentOf(await sessionsOf(browser))
      return call(browser, `DELETE /users/me/sessions/${id}`)
    },
    'an administrator': async ({ browser }, user) => {
      const { id } = currentOf(await sessionsOf(browser))
      return byAdmin('DELETE', `/users/${user.id}/sessions/${id}`)
    },
    'an administrator, all at once': (_tokens, user) =>
      byAdmin('POST', `/users/${user.id}/end-sessions`),
    'deactivation of the account': (_tokens, user) =>
      byAdmin('POST', `/users/${user.id}/deactivate`),
    'deletion of the account': (_tokens, user) => byAdmin('DELETE', `/users/${user.id}`),
    'a new password set elsewhere': async (_tokens, user) => {
      const elsewhere = await signIn(server, user)
      const passwords = { current_password: user.password, password: 'another horse battery 9' }
      const changed = await call(elsewhere, 'PUT /users/me/password', passwords)
      assert.ok(changed.status < 300, JSON.stringify(changed.body))
    },
    'another person who signs in on the same browser': async ({ browser }) => {
      const other = await server.user()
      clock.advance(1)
      const page = await browser.open(authorizePath(client, pkce(), { prompt: 'login' }))
      await browser.submit(page, { identifier: other.username, password: other.password })
    },
    'an administrator who goes on in the account of another': async ({ browser }, user) => {
      await assignRole(server.app.db, user.id, 'owner', clock.now())
      const person = await server.user()
      const { body } = await call(browser, `POST /admin/users/${person.id}/impersonate`, {
        reason: 'Ticket 1',
      })
      const { link } = body as unknown as { link: string }
      assert.ok(link, JSON.stringify(body))
      await browser.submit(await browser.open(link), {})
    },
  }
  for (const [name, end] of Object.entries(ways)) {
    await t.test(name, async () => {
      const user = await server.user()
      const tokens = await obtainTokens(server, client, user)
      await end(tokens, user)
      assert.deepEqual(await told(), [`/one ${sidOf(tokens)}`])
    })
  }
})

test('Back-Channel Logout §2.4: whoever signed in again is told by every name the session had', async () => {
  const user = await server.user()
  const first = await obtainTokens(server, client, user)
  const { browser } = first
  const fields = { prompt: 'login' }
  clock.advance(1)
  const proof = pkce()
  const again = await passPages(browser, authorizePath(client, proof, fields), user)
  const code = again.left?.searchParams.get('code') ?? ''
  const { body } = await redeem(server, client, code, proof.verifier)
  assert.deepEqual(await told(), [], 'the person is still there')
  // An ID token from before is still one of this session.
  const page2 = await browser.open(`/oauth/logout?id_token_hint=${String(first.id_token)}`)
  assert.match(page2.body, /You are signed out/)
  const sids = new Set([sidOf(first), sidOf(body)])
  assert.deepEqual(await told(), [...sids].map((sid) => `/one ${sid}`).sort())
})

test('Back-Channel Logout §2.3: an impersonation that ends is nothing that a client was told of', async () => {
  const person = await server.user()
  const browser = await signIn(server, admin)
  const { body } = await call(browser, `POST /admin/users/${person.id}/impersonate`, {
    reason: 'Ticket 2',
  })
  const { link } = body as unknown as { link: string }
  const visitor = server.browser()
  await visitor.submit(await visitor.open(link), {})
  await visitor.submit(await visitor.open('/logout'), {})
  assert.deepEqual(await told(), [])
})

test('Back-Channel Logout §2.8: what fails is tried again, with a fresh token, and given up in the end', async () => {
  const { browser } = await obtainTokens(server, client, await server.user())
  receiver.answer(503)
  await browser.submit(await browser.open('/logout'), {})
  await server.app.queue.drain()
  const [first] = receiver.heard()
  assert.ok(first)
  clock.advance(15)
  await server.app.queue.drain()
  const [again] = receiver.heard()
  const [before, after] = [first, again].map((notice) =>
    decodeJwt(notice?.fields.get('logout_token') ?? ''),
  )
  assert.ok(Number(after?.iat) >= Number(before?.iat) + 15)
  assert.notEqual(after?.jti, before?.jti)
  clock.advance(60)
  await server.app.queue.drain()
  assert.equal(receiver.heard().length, 1)
  const [dead] = await listDeadJobs(server.app.db, 10)
  assert.equal(dead?.kind, 'oauth.backchannel_logout')
  receiver.answer(204)
  await retryAllDeadJobs(server.app.db, clock.now())
  await server.app.queue.drain()
  assert.equal(receiver.heard().length, 1, 'an operator may have it sent later')
  assert.deepEqual(await listDeadJobs(server.app.db, 10), [])
})

test('Back-Channel Logout §2.8: a token that the client refuses is not sent again', async () => {
  const { browser } = await obtainTokens(server, client, await server.user())
  receiver.answer(400)
  await browser.submit(await browser.open('/logout'), {})
  await server.app.queue.drain()
  clock.advance(3600)
  await server.app.queue.drain()
  assert.equal(receiver.heard().length, 1)
  const [dead] = await listDeadJobs(server.app.db, 10)
  assert.match(dead?.lastError ?? '', /refused/)
  await server.app.db.run(sql`DELETE FROM queued_jobs`)
})

test('Back-Channel Logout §2.6: it is signed as the ID tokens of the client, under its own name of the person', async () => {
  const choices = { require_consent: false, subject_type: 'pairwise' as const }
  const id_token_signed_response_alg = 'ES256' as const
  const quiet = await listeningClient(server, receiver, '/pair', {
    ...choices,
    id_token_signed_response_alg,
  })
  const user = await server.user()
  const { browser, id_token } = await obtainTokens(server, quiet, user)
  await browser.submit(await browser.open('/logout'), {})
  await server.app.queue.drain()
  const { payload, header } = await readLogoutToken(server, quiet, receiver.heard()[0])
  assert.equal(header.alg, 'ES256')
  assert.equal(payload.sub, decodeJwt(String(id_token)).sub)
  assert.notEqual(payload.sub, user.id)
})

test('a client that is gone or deaf by then is not told, and the job is done', async () => {
  const { browser } = await obtainTokens(server, second, await server.user())
  await browser.submit(await browser.open('/logout'), {})
  await server.app.db.run(
    sql`UPDATE clients SET metadata = metadata - 'backchannel_logout_uri' WHERE client_id = ${second.id}`,
  )
  clock.advance(2)
  assert.deepEqual(await told(), [])
  const jobs = await server.app.db.many(sql`SELECT kind FROM queued_jobs`)
  assert.deepEqual(jobs, [])
})

test('of 50 who sign out of one session at once, one does, and the client is told once', async () => {
  const tokens = await obtainTokens(server, client, await server.user())
  const { browser } = tokens
  const path = `/oauth/logout?id_token_hint=${String(tokens.id_token)}`
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      fetch(server.url + path, { headers: { cookie }, redirect: 'manual' }),
    ),
  )
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [303])
  assert.deepEqual(await told(), [`/one ${sidOf(tokens)}`])
})

test('a client that gets its tokens while the session ends is told, or gets none', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { code, proof, browser } = await obtainCode(server, client, await server.user())
    const page = await browser.open('/logout')
    const [{ status, body }] = await Promise.all([
      redeem(server, client, code, proof.verifier),
      browser.submit(page, {}),
    ])
    assert.deepEqual(await told(), status === 200 ? [`/one ${sidOf(body)}`] : [], String(status))
  }
})
