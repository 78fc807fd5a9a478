import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Client } from 'pg'
import { assignRole } from '../../src/access/index.ts'
import { type App, createApp } from '../../src/app.ts'
import { appendAudit } from '../../src/audit/index.ts'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { eventsStatement } from '../../src/monitor/store.ts'
import { mmdb } from '../../src/session/device/mmdb.fixture.ts'
import { createLog } from '../../src/telemetry/index.ts'
import type { JsonAnswer } from '../harness/json.ts'
import { postJson } from '../harness/json.ts'
import { obtainTokens, refresh } from '../harness/oauth.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { masterKey, testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2031-01-01T00:00:00Z'))
const secret = 'a webhook secret of the tests'
const path = '/admin/security-events'
const lines: string[] = []

type Delivery = { readonly headers: IncomingHttpHeaders; readonly body: string }
const deliveries: Delivery[] = []
let refusals = 0
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (refusals > 0) {
      refusals -= 1
      response.writeHead(503).end()
      return
    }
    deliveries.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
    response.writeHead(204).end()
  })
})

let folder: string
let server: TestServer
let admin: TestUser
let token: string

before(async () => {
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  folder = await mkdtemp(join(tmpdir(), 'cardea-monitor-'))
  const placeFile = join(folder, 'places.mmdb')
  const here = (city: string, latitude: number, longitude: number) => ({
    city: { names: { en: city } },
    location: { latitude, longitude },
  })
  await writeFile(
    placeFile,
    mmdb({ '198.51.100.0/24': here('Oslo', 60, 11), '203.0.113.0/24': here('Bangkok', 14, 100) }),
  )
  server = await testServer({
    clock,
    log: (line) => lines.push(line),
    env: {
      CARDEA_MONITOR_ACCOUNT_FAILURES: '3',
      CARDEA_MONITOR_NOTIFY_FROM: 'warning',
      CARDEA_MONITOR_WEBHOOK_URL: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`,
      CARDEA_MONITOR_WEBHOOK_SECRET: secret,
      CARDEA_SESSION_PLACE_FILE: placeFile,
      CARDEA_HTTP_TRUSTED_PROXIES: '127.0.0.1,::1',
      CARDEA_SESSION_API_ACCESS_LIFETIME: '24h',
      CARDEA_SESSION_FRESH_LIFETIME: '24h',
    },
  })
  admin = await server.user({ username: 'root' })
  await assignRole(server.app.db, admin.id, 'owner', clock.now())
  token = (await login(admin, admin.password)).body.access_token
  await follow()
})
after(async () => {
  await server?.close()
  receiver.close()
  await rm(folder, { recursive: true, force: true })
})

function login(
  { username: identifier }: TestUser,
  password: string,
  ip = '192.0.2.1',
): Promise<JsonAnswer> {
  const headers = { 'x-forwarded-for': ip }
  return postJson(`${server.url}/api/v1/auth/login`, { identifier, password }, { headers })
}

const call = (what: string, body?: object, as = token): Promise<JsonAnswer> => {
  const [method = 'GET', to = ''] = what.split(' ')
  return postJson(`${server.url}/api/v1${to}`, body, { method, token: as })
}

async function failing(user: TestUser, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) assert.equal((await login(user, 'wrong')).status, 401)
}

/** Everything that follows by itself in a running server. */
async function follow(app: App = server.app): Promise<void> {
  await app.audit.seal()
  await app.queue.drain()
}

async function eventsOf(kind: string, subject?: string) {
  const query = new URLSearchParams({ kind, ...(subject !== undefined && { subject }) })
  const { status, body } = await call(`GET ${path}?${query}`)
  assert.equal(status, 200, JSON.stringify(body))
  return body.items
}

function lettersTo(user: TestUser, part: string) {
  return server.app.inbox
    .list()
    .filter(({ to, subject }) => to === user.email && subject.includes(part))
}

/** Another process at the same database. */
function otherNode(): Promise<App> {
  return createApp({
    config: server.config,
    databaseUrl: server.databaseUrl,
    masterKeys: [masterKey],
    clock,
    log: createLog({ level: 'silent', format: 'json' }),
  })
}

test('wrong passwords become one event, one letter, one delivery and one line, and are counted on', async () => {
  const user = await server.user()
  await failing(user, 2)
  await follow()
  assert.deepEqual(await eventsOf('account_failures'), [])
  refusals = 1
  await failing(user, 2)
  await follow()
  const [event, ...more] = await eventsOf('account_failures')
  assert.deepEqual(more, [])
  assert.equal(event.subject, `user:${user.id}`)
  assert.deepEqual([event.count, event.severity, event.state], [2, 'warning', 'open'])
  assert.equal(event.details.ip_address, '192.0.2.1')

  assert.equal(lettersTo(admin, 'Many wrong passwords').length, 1)
  assert.equal(lettersTo(user, 'Many wrong passwords').length, 0)
  const line = lines.find((one) => one.includes('security event') && one.includes(event.id))
  assert.ok(line)
  assert.equal(JSON.parse(line).level, 'warn')
  const { body: metrics } = await server.app.metrics.render()
  assert.match(
    metrics,
    /cardea_security_events_total\{kind="account_failures",severity="warning"\} 1/,
  )
  assert.equal(deliveries.length, 0)
  clock.advance(120)
  await follow()
  assert.equal(deliveries.length, 1)

  await failing(user, 1)
  await follow()
  const again = await eventsOf('account_failures')
  assert.deepEqual(
    again.map(({ id, count }: { id: string; count: number }) => [id, count]),
    [[event.id, 3]],
  )
  assert.equal(lettersTo(admin, 'Many wrong passwords').length, 1)
  assert.equal(deliveries.length, 1)
})

test('a delivery is signed with its time, and repeats the event as the API shows it', async () => {
  const [{ headers, body } = { headers: {}, body: '' }] = deliveries
  const at = headers['cardea-timestamp']
  const mac = createHmac('sha256', secret)
    .update(`${String(at)}.${body}`)
    .digest('hex')
  assert.equal(headers['cardea-signature'], `v1=${mac}`)
  const { id, type, event } = JSON.parse(body)
  assert.equal(headers['cardea-delivery'], id)
  assert.equal(type, 'security_event')
  const [shown] = await eventsOf('account_failures')
  assert.deepEqual(Object.keys(event), Object.keys(shown))
  assert.equal(event.id, shown.id)
})

test('a second account in the same window is another event, without another letter', async () => {
  const user = await server.user()
  await failing(user, 3)
  await follow()
  assert.equal((await eventsOf('account_failures', `user:${user.id}`)).length, 1)
  assert.equal(lettersTo(admin, 'Many wrong passwords').length, 1)
  clock.advance(3601)
  await failing(user, 3)
  await follow()
  assert.equal((await eventsOf('account_failures', `user:${user.id}`)).length, 2)
  assert.equal(lettersTo(admin, 'Many wrong passwords').length, 2)
})

test('a new event is an entry of the audit log, which is not found again', async () => {
  await follow()
  const count = async () =>
    (
      await server.app.db.many<{ n: number }>(sql`
        SELECT count(*) AS n FROM audit_log WHERE action = 'security.account_failures'`)
    )[0]?.n
  const [written, events] = [await count(), await eventsOf('account_failures')]
  assert.equal(written, events.length)
  for (let i = 0; i < 3; i += 1) await follow()
  assert.equal(await count(), written)
})

test('a process that ends in the middle loses nothing, and another one goes on', async () => {
  const user = await server.user()
  await failing(user, 2)
  await follow()
  const next = await otherNode()
  try {
    await failing(user, 1)
    await follow(next)
    assert.equal((await eventsOf('account_failures', `user:${user.id}`)).length, 1)
  } finally {
    await next.close()
  }
})

test('two nodes that follow at the same time make one event of it', async () => {
  const other = await otherNode()
  try {
    const user = await server.user()
    await failing(user, 4)
    const nodes = [server.app, other]
    await Promise.all(nodes.flatMap((app) => [app, app, app]).map((app) => app.audit.seal()))
    await Promise.all(nodes.map((app) => app.queue.drain()))
    await follow()
    const [event, ...more] = await eventsOf('account_failures', `user:${user.id}`)
    assert.deepEqual([event.count, more.length], [2, 0])
  } finally {
    await other.close()
  }
})

test('sign-ins at both ends of the world within an hour are impossible travel', async () => {
  const user = await server.user()
  assert.equal((await login(user, user.password, '198.51.100.9')).status, 200)
  await follow()
  clock.advance(1800)
  assert.equal((await login(user, user.password, '203.0.113.9')).status, 200)
  await follow()
  const [event] = await eventsOf('impossible_travel', `user:${user.id}`)
  assert.deepEqual([event.details.from, event.details.to], ['Oslo', 'Bangkok'])
  assert.ok(event.details.kilometres > 8000 && event.details.kilometres < 9500)
})

test('RFC 9700 section 4.14.2: a replayed refresh token is an event', async () => {
  const client = await server.client()
  const user = await server.user()
  const first = await obtainTokens(server, client, user)
  await refresh(server, client, first.refresh_token)
  clock.advance(60)
  const replayed = await refresh(server, client, first.refresh_token)
  assert.equal(replayed.status, 400)
  await follow()
  assert.equal((await eventsOf('refresh_token_reuse', `user:${user.id}`)).length, 1)
})

test('an administrator who removes many accounts is a critical event', async () => {
  const users = await Promise.all(Array.from({ length: 20 }, () => server.user()))
  for (const user of users) {
    const { status, body } = await call(`DELETE /admin/users/${user.id}`)
    assert.equal(status, 204, JSON.stringify(body))
  }
  await follow()
  const [event] = await eventsOf('mass_removal')
  assert.deepEqual([event.subject, event.severity], [`user:${admin.id}`, 'critical'])
  assert.equal(lettersTo(admin, 'removes many accounts').length, 1)
})

test('who gets a role over Cardea is an event, by what the role allows', async () => {
  const user = await server.user()
  const give = (role: string) =>
    appendAudit(server.app, server.app.db, {
      actor: `user:${admin.id}`,
      action: 'role.assign',
      resource: `user:${user.id}`,
      outcome: 'success',
      details: { role },
    })
  await give('user')
  await follow()
  assert.deepEqual(await eventsOf('privilege_given', `user:${user.id}`), [])
  await give('support')
  await give('owner')
  await follow()
  assert.equal((await eventsOf('privilege_given', `user:${user.id}`)).length, 1)
  assert.equal((await eventsOf('owner_given', `user:${user.id}`)).length, 1)
})

test('events are listed by what is asked, page by page, newest first', async () => {
  const all = (await call(`GET ${path}`)).body.items
  assert.ok(all.length > 6)
  const seen: string[] = []
  let next: string | null = ''
  while (next !== null) {
    const after = next === '' ? '' : `&after=${next}`
    const { body, headers } = await call(`GET ${path}?limit=3${after}`)
    seen.push(...body.items.map(({ id }: { id: string }) => id))
    next = body.next
    assert.equal(headers.get('link')?.includes('rel="next"') ?? false, next !== null)
  }
  assert.deepEqual(
    seen,
    all.map(({ id }: { id: string }) => id),
  )
  const critical = (await call(`GET ${path}?severity=critical&state=open`)).body.items
  assert.ok(critical.length > 0)
  assert.ok(critical.every(({ severity }: { severity: string }) => severity === 'critical'))
  const from = encodeURIComponent(all[2].first_seen)
  const later = (await call(`GET ${path}?from=${from}`)).body.items
  assert.ok(later.length >= 3)
  const earlier = (await call(`GET ${path}?to=${from}`)).body.items
  assert.equal(later.length + earlier.length, all.length)
  for (const wrong of ['kind=nonsense', 'from=yesterday', 'after=x', 'colour=red']) {
    assert.equal((await call(`GET ${path}?${wrong}`)).status, 400, wrong)
  }
})

test('every filter of the list has an index', async () => {
  const explainer = new Client({ connectionString: server.databaseUrl })
  await explainer.connect()
  try {
    await explainer.query('SET enable_seqscan = off; SET enable_bitmapscan = off')
    const at = clock.now()
    const filters = [
      {},
      { kind: 'x' },
      { severity: 'critical' },
      { subject: 'x' },
      { state: 'open' },
      { from: at },
      { to: at },
    ] as const
    for (const filter of filters) {
      const after = { at, id: '0198c0de-0000-7000-8000-000000000001' }
      const { text, values } = eventsStatement({ filter, after, limit: 10 })
      const { rows } = await explainer.query(`EXPLAIN ${text}`, [...values])
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      assert.doesNotMatch(plan, /Seq Scan|Sort/, `${JSON.stringify(filter)}\n${plan}`)
    }
  } finally {
    await explainer.end()
  }
})

test('of 50 people who acknowledge an event at once one is the first', async () => {
  const [event] = await eventsOf('mass_removal')
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      call(`POST ${path}/${event.id}/acknowledge`, { note: `seen by ${i}` }),
    ),
  )
  const winners = answers.filter(({ status }) => status === 200)
  assert.equal(winners.length, 1)
  assert.ok(answers.every(({ status }) => status === 200 || status === 409))
  const shown = (await call(`GET ${path}/${event.id}`)).body
  assert.deepEqual(shown, winners[0]?.body)
  assert.deepEqual([shown.state, shown.acknowledged_by], ['acknowledged', `user:${admin.id}`])
  const entries = await server.app.db.many(sql`
    SELECT 1 FROM audit_log WHERE action = 'security_event.acknowledge'
      AND resource = ${`security_event:${event.id}`}`)
  assert.equal(entries.length, 1)
})

test('events are for who may read them', async () => {
  const [event] = await eventsOf('mass_removal')
  const user = await server.user()
  const plain = (await login(user, user.password)).body.access_token
  const auditor = await server.user()
  await assignRole(server.app.db, auditor.id, 'auditor', clock.now())
  const reading = (await login(auditor, auditor.password)).body.access_token
  const routes = [`GET ${path}`, `GET ${path}/${event.id}`, `POST ${path}/${event.id}/acknowledge`]
  for (const route of routes) {
    const body = route.startsWith('POST') ? {} : undefined
    assert.equal((await call(route, body, '')).status, 401, route)
    assert.equal((await call(route, body, plain)).status, 403, route)
  }
  assert.equal((await call(`GET ${path}`, undefined, reading)).status, 200)
  assert.equal((await call(`POST ${path}/${event.id}/acknowledge`, {}, reading)).status, 403)
  const unknown = '0198c0de-0000-7000-8000-000000000001'
  assert.equal((await call(`GET ${path}/${unknown}`)).status, 404)
  assert.equal((await call(`POST ${path}/${unknown}/acknowledge`, {})).status, 404)
})
