import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { postJson } from '../harness/json.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
let mailbox: Mailbox
let server: TestServer

before(async () => {
  mailbox = await createMailbox()
})
after(() => mailbox?.close())
beforeEach(async () => {
  server = await testServer({
    mailbox,
    clock,
    env: {
      CARDEA_LIMITS_ENABLED: 'true',
      CARDEA_LIMITS_STUFFING_ACCOUNTS: '15',
      CARDEA_LIMITS_CLIENT_FAILURES: '5',
      CARDEA_HTTP_TRUSTED_PROXIES: '127.0.0.0/8,::1/128',
      CARDEA_REGISTRATION_MODE: 'open',
    },
  })
})
afterEach(() => server?.close())

const from = (ip: string) => ({ headers: { 'x-forwarded-for': ip } })
const login = (identifier: string, password: string, ip = '192.0.2.1') =>
  postJson(`${server.url}/api/v1/auth/login`, { identifier, password }, from(ip))

async function failures(identifier: string, times: number, ip?: string) {
  for (let i = 0; i < times; i += 1) await login(identifier, 'not the password', ip)
}

test('after some wrong passwords every further attempt must wait longer, and then may go on', async () => {
  const user = await server.user({ username: 'ada' })
  await failures('ada', 5)
  const first = await login('ada', user.password)
  assert.equal(first.status, 429)
  assert.equal(first.body.code, 'too_many_requests')
  assert.equal(first.headers.get('retry-after'), '1')
  clock.advance(1)
  await failures('ada', 1)
  assert.equal((await login('ada', user.password)).headers.get('retry-after'), '2')
  clock.advance(2)
  assert.equal((await login('ada', user.password)).status, 200)
  assert.equal((await login('ada', user.password)).status, 200)
})

test('RFC 8628 §3.1: devices of a client that proves nothing start no oftener than people sign in', async () => {
  const client = await server.client({
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
    token_endpoint_auth_method: 'none',
  })
  const start = async (ip: string) => {
    const body = new URLSearchParams({ client_id: client.id })
    return fetch(`${server.url}/oauth/device`, { method: 'POST', body, ...from(ip) })
  }
  const tries = await Promise.all(Array.from({ length: 61 }, () => start('192.0.2.77')))
  assert.equal(tries.filter(({ status }) => status === 200).length, 60)
  assert.equal(tries.filter(({ status }) => status === 429).length, 1)
  assert.equal((await start('192.0.2.78')).status, 200)
})

test('an account that does not exist is treated like one that does', async () => {
  await server.user({ username: 'bea' })
  for (const name of ['bea', 'nobody']) await failures(name, 5, '192.0.2.9')
  const known = await login('bea', 'not the password', '192.0.2.9')
  const unknown = await login('nobody', 'not the password', '192.0.2.9')
  assert.deepEqual([known.status, known.headers.get('retry-after')], [429, '1'])
  assert.deepEqual([unknown.status, unknown.headers.get('retry-after')], [429, '1'])
})

test('strangers cannot delay the owner in a browser that signed in before', async () => {
  const user = await server.user({ username: 'carla' })
  const browser = server.browser()
  const enter = async () => {
    const page = await browser.open('/login')
    return browser.submit(page, { identifier: 'carla', password: user.password })
  }
  await enter()
  await browser.submit(await browser.open('/logout'), {})
  for (let i = 0; i < 30; i += 1) {
    await failures('carla', 2, `198.51.100.${i}`)
    clock.advance(60)
  }
  await failures('carla', 8, '127.0.0.1')
  const stranger = server.browser()
  const refused = await stranger.submit(await stranger.open('/login'), {
    identifier: 'carla',
    password: user.password,
  })
  assert.equal(refused.status, 429)
  assert.ok(refused.headers.get('retry-after'))
  assert.equal((await enter()).url, `${server.url}/`)
})

test('the owner hears of many wrong passwords once, and nobody hears of an unknown account', async () => {
  await server.user({ username: 'dora' })
  for (let i = 0; i < 14; i += 1) {
    await failures('dora', 1, `203.0.113.${i}`)
    await failures('nobody', 1, `203.0.113.${i}`)
    await server.app.queue.drain()
    clock.advance(61)
  }
  await mailbox.next('dora@example.com', 'failed attempts')
  await server.app.queue.drain()
  const all = mailbox.letters().filter(({ to }) => to === 'dora@example.com')
  assert.deepEqual(
    all.map(({ subject }) => subject),
    ['Many failed attempts to sign in'],
  )
})

test('one network that tries many accounts is noted once and slowed down', async () => {
  for (let i = 0; i < 20; i += 1) await failures(`someone${i}`, 1, `198.18.0.${i}`)
  const rows = await server.app.db.many(
    sql`SELECT 1 AS one FROM audit_log WHERE action = 'security.credential_stuffing'`,
  )
  assert.equal(rows.length, 1)
  const { body } = await server.app.metrics.render()
  assert.match(body, /cardea_credential_stuffing_total 1/)
  const before = await login('x', 'not the password', '198.18.0.200')
  assert.match(before.headers.get('ratelimit-policy') ?? '', /"login";q=6;w=60/)
})

test('answers tell the limits that they were counted against', async () => {
  const { headers } = await postJson(
    `${server.url}/api/v1/auth/forgot-password`,
    { identifier: 'somebody' },
    from('192.0.2.77'),
  )
  assert.match(headers.get('ratelimit-policy') ?? '', /"recovery";q=5;w=3600/)
  assert.match(headers.get('ratelimit') ?? '', /"recovery";r=4;t=\d+/)
})

test('recovery is limited for one account from everywhere, and for one address altogether', async () => {
  const forgot = (identifier: string, ip: string) =>
    postJson(`${server.url}/api/v1/auth/forgot-password`, { identifier }, from(ip))
  for (let i = 0; i < 5; i += 1) assert.equal((await forgot('eva', `192.0.2.${i}`)).status, 202)
  assert.equal((await forgot('eva', '192.0.2.50')).status, 429)
  const statuses: number[] = []
  for (let i = 0; i < 21; i += 1) statuses.push((await forgot(`p${i}`, '198.51.100.7')).status)
  assert.equal(statuses.filter((status) => status === 202).length, 20)
  assert.equal(statuses.at(-1), 429)
})

test('guessing the secret of a client ends in 429, for that client and address only', async () => {
  const { id, secret } = await server.client({ grant_types: ['client_credentials'] })
  const token = (password: string, ip: string) =>
    fetch(`${server.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
      headers: {
        authorization: `Basic ${btoa(`${id}:${password}`)}`,
        'x-forwarded-for': ip,
      },
    })
  for (let i = 0; i < 5; i += 1) assert.equal((await token('wrong', '192.0.2.1')).status, 401)
  const blocked = await token(secret, '192.0.2.1')
  assert.equal(blocked.status, 429)
  assert.ok(Number(blocked.headers.get('retry-after')) > 0)
  assert.equal((await token(secret, '192.0.2.2')).status, 200)
  clock.advance(61)
  assert.notEqual((await token(secret, '192.0.2.1')).status, 429)
})

test('an address that nobody can read counts as that of the proxy, and breaks nothing', async () => {
  await server.user({ username: 'finn' })
  for (const ip of ['203.0.113.9:4711', 'evil', '[2001:db8::1]:80', 'fe80::1%eth0']) {
    assert.equal((await login('finn', 'not the password', ip)).status, 401, ip)
  }
})

test('proofs of one address are limited for everybody together, which leaves its recovery alone', async () => {
  const register = (i: number) =>
    postJson(
      `${server.url}/api/v1/auth/register`,
      { username: `g${i}`, email: 'Greta@example.org', password: 'tulip harbour seventeen' },
      from(`198.51.100.${i}`),
    )
  for (let i = 0; i < 5; i += 1) assert.equal((await register(i)).status, 202)
  const refused = await register(5)
  assert.equal(refused.status, 429)
  assert.ok(Number(refused.headers.get('retry-after')) > 0)
  const recovery = await postJson(
    `${server.url}/api/v1/auth/forgot-password`,
    { identifier: 'greta@example.org' },
    from('198.51.100.99'),
  )
  assert.equal(recovery.status, 202)
})
