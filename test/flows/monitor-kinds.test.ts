import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assignRole } from '../../src/access/index.ts'
import { appendAudit } from '../../src/audit/index.ts'
import { addSeconds, manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { sweepEvents, sweepMemories, sweepNotices, tellOfEvent } from '../../src/monitor/index.ts'
import { takeNotice } from '../../src/monitor/store.ts'
import { sendWebhook } from '../../src/monitor/webhook.ts'
import { auditedRotation } from '../../src/schedule.ts'
import { postJson } from '../harness/json.ts'
import { giveTotp } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2032-01-01T00:00:00Z'))
let server: TestServer
let owner: TestUser
let token: string

before(async () => {
  server = await testServer({
    clock,
    env: {
      CARDEA_SESSION_API_ACCESS_LIFETIME: '24h',
      CARDEA_SESSION_FRESH_LIFETIME: '24h',
      CARDEA_MONITOR_NOTIFY: 'alarm@example.org, night@example.org',
    },
  })
  owner = await server.user({ username: 'root' })
  await assignRole(server.app.db, owner.id, 'owner', clock.now())
  token = (await login(owner)).body.access_token
  await follow()
})
after(() => server?.close())

function login({ username: identifier, password }: TestUser) {
  return postJson(`${server.url}/api/v1/auth/login`, { identifier, password })
}

type Call = { readonly body?: object; readonly headers?: Readonly<Record<string, string>> }

function call(what: string, { body, headers = {} }: Call = {}) {
  const [method = 'GET', path = ''] = what.split(' ')
  return postJson(`${server.url}/api/v1${path}`, body, { method, token, headers })
}

async function follow(): Promise<void> {
  // What a broken chain says is for the job, which goes on.
  await server.app.audit.seal().catch(() => undefined)
  await server.app.queue.drain()
}

async function subjectsOf(kind: string): Promise<string[]> {
  await follow()
  const { body } = await call(`GET /admin/security-events?kind=${kind}`)
  return body.items.map(({ subject }: { subject: string }) => subject)
}

test('wrong second factors after a right password are critical, and who is named gets a letter', async () => {
  const user = await server.user()
  await giveTotp(server, user)
  const { mfa_token } = (await login(user)).body
  for (let i = 0; i < 9; i += 1) {
    const body = { mfa_token, factor: 'totp', code: '000000' }
    const { status } = await postJson(`${server.url}/api/v1/auth/mfa/verify`, body)
    assert.ok(status === 401 || status === 400, String(status))
  }
  assert.deepEqual(await subjectsOf('factor_failures'), [])
  const again = (await login(user)).body.mfa_token
  const body = { mfa_token: again, factor: 'totp', code: '000000' }
  await postJson(`${server.url}/api/v1/auth/mfa/verify`, body)
  assert.deepEqual(await subjectsOf('factor_failures'), [`user:${user.id}`])
  const told = server.app.inbox
    .list()
    .filter(({ subject }) => subject.includes('Many wrong second factors'))
    .map(({ to }) => to)
  assert.deepEqual(told.sort(), ['alarm@example.org', 'night@example.org'])
})

test('a weaker policy of second factors is an event, and going back is none', async () => {
  const read = await call('GET /admin/mfa-policy')
  const headers = { 'if-match': '*' }
  const weaker = { ...read.body.policy, trusted_networks: ['10.0.0.0/8'] }
  assert.equal((await call('PUT /admin/mfa-policy', { body: weaker, headers })).status, 200)
  assert.deepEqual(await subjectsOf('mfa_policy_weakened'), ['mfa_policy'])
  clock.advance(3601)
  const back = { body: read.body.policy, headers }
  assert.equal((await call('PUT /admin/mfa-policy', back)).status, 200)
  assert.deepEqual(await subjectsOf('mfa_policy_weakened'), ['mfa_policy'])
})

test('a signing key that takes over at once is an event, and one that was due is none', async () => {
  const { db } = server.app
  const rotate = (details: object, kid: string) =>
    db.transaction((tx) => {
      // Only the entry: no key is made.
      const needs = { ...server.app, sealer: { seal: () => '', open: () => '' } }
      return auditedRotation(needs as never, { ...details }).onRotated(tx, kid)
    })
  await rotate({}, 'due')
  await rotate({ now: true }, 'leaked')
  assert.deepEqual(await subjectsOf('signing_key_replaced'), ['key:leaked'])
})

test('emergency access and stuffing are events of whom they are about', async () => {
  const user = await server.user()
  const origin = { ip: '203.0.113.7' }
  const resource = `user:${user.id}`
  for (const step of ['request', 'approve', 'use']) {
    const entry = { actor: `user:${owner.id}`, action: `emergency.${step}`, resource } as const
    await appendAudit(server.app, server.app.db, { ...entry, outcome: 'success', origin })
  }
  await appendAudit(server.app, server.app.db, {
    actor: 'system',
    action: 'security.credential_stuffing',
    resource: 'network',
    outcome: 'refused',
    origin,
  })
  for (const step of ['requested', 'approved', 'used']) {
    assert.deepEqual(await subjectsOf(`emergency_${step}`), [resource])
  }
  assert.deepEqual(await subjectsOf('credential_stuffing'), ['address:203.0.113.7'])
  const entries = await server.app.db.many(
    sql`SELECT 1 FROM audit_log WHERE action = 'security.credential_stuffing'`,
  )
  assert.equal(entries.length, 1)
})

test('an event is told of once, however many tell, and only to whom it is grave enough', async () => {
  const { db } = server.app
  const id = '0198c0de-0000-7000-8000-0000000000aa'
  const now = clock.now()
  await db.run(sql`
    INSERT INTO security_events (id, kind, severity, subject, actor, first_seen, last_seen, expires_at)
    VALUES (${id}, 'code_replay', 'warning', 'user:x', 'client:y', ${now}, ${now}, ${addSeconds(now, 60)})`)
  const seen: string[] = []
  const needs = {
    ...server.app,
    issuer: server.url,
    log: { warn: () => void seen.push('line') },
    count: () => void seen.push('counted'),
    recipients: async () => {
      seen.push('asked')
      return []
    },
    notifyFrom: 'critical',
    window: 3600,
    hasWebhook: false,
  } as const
  await Promise.all(Array.from({ length: 50 }, () => tellOfEvent(needs, id)))
  assert.deepEqual(seen, ['counted', 'line'])
  await tellOfEvent(needs, '0198c0de-0000-7000-8000-0000000000ab')
  assert.equal(seen.length, 2)
})

test('of 50 letters of one kind at once one is due, and the next after the window', async () => {
  const now = clock.now()
  const take = (at: Date) =>
    server.app.db.transaction((tx) =>
      takeNotice(tx, 'some_kind', { now: at, until: addSeconds(at, 60) }),
    )
  const taken = await Promise.all(Array.from({ length: 50 }, () => take(now)))
  assert.equal(taken.filter(Boolean).length, 1)
  assert.equal(await take(addSeconds(now, 59)), false)
  assert.equal(await take(addSeconds(now, 60)), true)
})

test('a delivery goes nowhere without a receiver, and fails unless it is taken', async () => {
  const asked: object[] = []
  const payload = { type: 'security_event', event: {} }
  const take = async (message: object) => {
    asked.push(message)
    if (asked.length > 1) throw new Error('the receiver answered 500')
  }
  await sendWebhook({ send: take }, payload, { id: 'd-1' })
  await assert.rejects(sendWebhook({ send: take }, payload, { id: 'd-1' }), /500/)
  await sendWebhook({}, payload, { id: 'd-1' })
  const body = JSON.stringify({ id: 'd-1', ...payload })
  const message = {
    contentType: 'application/json',
    body,
    headers: { 'cardea-delivery': 'd-1' },
  }
  assert.deepEqual(asked, [message, message])
})

test('what is remembered and what was seen is swept when its time is over', async () => {
  const { db } = server.app
  const sweeps = [sweepEvents, sweepMemories, sweepNotices]
  for (const sweep of sweeps) assert.equal(await sweep(db, new Date(0), 100), 0)
  const late = addSeconds(clock.now(), 500 * 86_400)
  for (const sweep of sweeps) assert.ok((await sweep(db, late, 1000)) > 0)
  for (const sweep of sweeps) assert.equal(await sweep(db, late, 1000), 0)
})

test('a log that was changed is found by the server itself, and told of once an hour', async () => {
  const { db } = server.app
  await follow()
  await db.run(sql`UPDATE audit_batches SET mac = '\\x00'
    WHERE number = (SELECT max(number) FROM audit_batches)`)
  for (let i = 0; i < 3; i += 1) {
    await server.user()
    await follow()
  }
  assert.deepEqual(await subjectsOf('audit_chain_broken'), ['audit_log'])
  const entries = await db.many(sql`SELECT 1 FROM audit_log WHERE action = 'audit.chain_broken'`)
  assert.equal(entries.length, 1)
})
