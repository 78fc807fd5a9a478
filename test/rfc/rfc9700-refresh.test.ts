import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import { basic, introspect, obtainTokens, query, refresh } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
let server: TestServer
let user: TestUser
let client: TestClient

before(async () => {
  // Nobody visits our pages here, and tokens without offline_access end with an idle session.
  const env = { CARDEA_SESSION_IDLE_LIFETIME: '30d' }
  server = await testServer({ clock, env })
  user = await server.user()
  client = await server.client()
})
after(() => server.close())

test('RFC 9700 §4.14.2: every refresh gives a new token; the old one repeats the same successor for a while', async () => {
  const { refresh_token: first } = await obtainTokens(server, client, user)
  const second = await refresh(server, client, first)
  assert.notEqual(second.body.refresh_token, first)
  clock.advance(10)
  const repeated = await refresh(server, client, first)
  assert.equal(repeated.body.refresh_token, second.body.refresh_token, 'no second branch')
})

test('RFC 9700 §4.14.2: a replayed refresh token revokes its whole family', async () => {
  const { refresh_token: first, access_token } = await obtainTokens(server, client, user)
  const second = await refresh(server, client, first)
  clock.advance(31)
  assert.equal((await refresh(server, client, first)).body.error, 'invalid_grant')
  assert.equal(
    (await refresh(server, client, second.body.refresh_token)).body.error,
    'invalid_grant',
  )
  assert.deepEqual(await introspect(server, client, access_token), { active: false })
})

test('RFC 9700 §4.14.2: within the grace period only the direct predecessor is repeated', async () => {
  const { refresh_token: first } = await obtainTokens(server, client, user)
  const second = await refresh(server, client, first)
  await refresh(server, client, second.body.refresh_token)
  assert.equal((await refresh(server, client, first)).body.error, 'invalid_grant')
  assert.equal(
    (await refresh(server, client, second.body.refresh_token)).body.error,
    'invalid_grant',
  )
})

test('RFC 9700 §4.14.2: 100 parallel refreshes give one successor and no logout', async () => {
  const { refresh_token } = await obtainTokens(server, client, user)
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => refresh(server, client, refresh_token)),
  )
  assert.ok(answers.every(({ status }) => status === 200))
  const successors = new Set(answers.map(({ body }) => body.refresh_token))
  assert.equal(successors.size, 1)
  assert.equal((await refresh(server, client, [...successors][0])).status, 200)
})

test('RFC 9700 §4.14.2: whoever did not get the answer asks again, and goes on from the same successor', async () => {
  const { refresh_token: first } = await obtainTokens(server, client, user)
  // The connection breaks while the server answers, once before it has read and once after.
  for (const wait of [0, 60]) {
    const lost = new AbortController()
    const asked = fetch(`${server.url}/oauth/token`, {
      method: 'POST',
      headers: basic(client),
      body: query({ grant_type: 'refresh_token', refresh_token: String(first) }),
      signal: lost.signal,
    })
    setTimeout(() => lost.abort(), wait)
    await asked.then((answer) => answer.body?.cancel()).catch(() => undefined)
  }
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => refresh(server, client, first)),
  )
  const successors = new Set(answers.map(({ body }) => body.refresh_token))
  assert.deepEqual([answers[0]?.status, successors.size], [200, 1])
  const third = await refresh(server, client, [...successors][0])
  assert.equal(third.status, 200)
  assert.equal((await refresh(server, client, third.body.refresh_token)).status, 200)
})

test('RFC 9700 §4.14.2: 50 parallel replays after the grace period all fail and end the family once', async () => {
  const { refresh_token: first } = await obtainTokens(server, client, user)
  const second = await refresh(server, client, first)
  clock.advance(31)
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => refresh(server, client, first)),
  )
  assert.ok(answers.every(({ body }) => body.error === 'invalid_grant'))
  assert.equal(
    (await refresh(server, client, second.body.refresh_token)).body.error,
    'invalid_grant',
  )
})

test('RFC 9700 §4.14.2: a token that was tampered with is refused and harms nobody', async () => {
  const { refresh_token } = await obtainTokens(server, client, user)
  const text = String(refresh_token)
  const flipped = text.slice(0, -2) + (text.endsWith('AA') ? 'BA' : 'AA')
  assert.equal((await refresh(server, client, flipped)).body.error, 'invalid_grant')
  assert.equal((await refresh(server, client, text.slice(0, 40))).body.error, 'invalid_grant')
  assert.equal((await refresh(server, client, refresh_token)).status, 200)
})

test('OIDC Core §11: without offline_access a refresh token ends with its session', async () => {
  const fields = { scope: 'openid' }
  let { refresh_token } = await obtainTokens(server, client, user, fields)
  for (let day = 0; day < 30; day += 10) {
    const next = await refresh(server, client, refresh_token)
    assert.equal(next.status, 200, `day ${day}`)
    refresh_token = next.body.refresh_token
    clock.advance(10 * 86_400)
  }
  assert.equal((await refresh(server, client, refresh_token)).body.error, 'invalid_grant')
})

test('ASVS 10.4.8: a refresh token ends when it is idle for too long, and at its absolute age', async () => {
  const idle = await obtainTokens(server, client, user)
  clock.advance(14 * 86_400)
  assert.equal((await refresh(server, client, idle.refresh_token)).body.error, 'invalid_grant')
  let { refresh_token } = await obtainTokens(server, client, user)
  for (let day = 0; day < 90; day += 9) {
    const next = await refresh(server, client, refresh_token)
    assert.equal(next.status, 200, `day ${day}`)
    refresh_token = next.body.refresh_token
    clock.advance(9 * 86_400)
  }
  assert.equal((await refresh(server, client, refresh_token)).body.error, 'invalid_grant')
})
