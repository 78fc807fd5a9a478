import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assignRole } from '../../src/access/index.ts'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { sweepSessions } from '../../src/session/index.ts'
import { createCounter, fold, reconcile, sweepDays } from '../../src/statistics/index.ts'
import type { JsonAnswer } from '../harness/json.ts'
import { postJson } from '../harness/json.ts'
import { enrolTotp, mfaCore, subjectOf } from '../harness/mfa.ts'
import { obtainTokens, post } from '../harness/oauth.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2031-03-31T12:00:00Z'))
let server: TestServer
let owner: TestUser
let token: string

before(async () => {
  server = await testServer({
    clock,
    env: {
      CARDEA_SESSION_API_ACCESS_LIFETIME: '30d',
      CARDEA_SESSION_FRESH_LIFETIME: '30d',
      CARDEA_ACCOUNT_DELETION_GRACE: '1h',
    },
  })
  owner = await server.user({ username: 'root' })
  await assignRole(server.app.db, owner.id, 'owner', clock.now())
  token = (await login(owner)).body.access_token
})
after(() => server?.close())

function login(
  { username: identifier }: { username: string },
  password = owner.password,
): Promise<JsonAnswer> {
  return postJson(`${server.url}/api/v1/auth/login`, { identifier, password })
}

function call(what: string, as = token): Promise<JsonAnswer> {
  const [method = 'GET', path = ''] = what.split(' ')
  return postJson(`${server.url}/api/v1${path}`, undefined, { method, token: as })
}

/** What happens every few seconds. */
async function settle(): Promise<void> {
  await server.app.audit.seal()
  await server.app.counter.flush()
  await fold(server.app)
}

async function dashboard(query = '') {
  await settle()
  const { status, body } = await call(`GET /admin/dashboard${query}`)
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

/** What counting everything says; the dashboard never does. */
async function counted() {
  const row = await server.app.db.maybe<{ users: number; factors: number; sessions: number }>(sql`
    SELECT (SELECT count(*) FROM users) AS users,
      (SELECT count(*) FROM sessions WHERE ended_at IS NULL) AS sessions,
      (SELECT count(DISTINCT user_id) FROM (
        SELECT user_id FROM mfa_totp WHERE is_enabled
        UNION ALL SELECT user_id FROM mfa_passkeys WHERE suspended_at IS NULL) AS f) AS factors`)
  assert.ok(row)
  return row
}

async function agrees(): Promise<void> {
  const [body, truth] = [await dashboard(), await counted()]
  assert.equal(body.users.total, truth.users)
  assert.equal(body.mfa.users, truth.factors)
  assert.equal(body.sessions.active, truth.sessions)
}

test('users are counted by state through their whole life', async () => {
  const before = (await dashboard()).users
  const [ann, bob, cid] = [await server.user(), await server.user(), await server.user()]
  assert.equal((await call(`POST /admin/users/${ann.id}/deactivate`)).status, 204)
  assert.equal((await call(`DELETE /admin/users/${bob.id}`)).status, 204)
  const { users } = await dashboard()
  assert.deepEqual(users, {
    total: before.total + 3,
    active: before.active + 1,
    deactivated: before.deactivated + 1,
    deleting: before.deleting + 1,
  })
  assert.equal((await call(`POST /admin/users/${ann.id}/reactivate`)).status, 204)
  assert.equal((await login(cid)).status, 200)
  await agrees()
  await server.app.db.run(sql`DELETE FROM users WHERE id = ${bob.id}`)
  const later = (await dashboard()).users
  assert.deepEqual([later.deactivated, later.deleting], [before.deactivated, before.deleting])
  await agrees()
})

test('users with a factor are counted once, whatever they have and lose', async () => {
  const core = mfaCore(server)
  const user = await server.user()
  const subject = subjectOf(user)
  const before = (await dashboard()).mfa.users
  await enrolTotp(core, subject)
  clock.advance(60)
  await enrolTotp(core, subject)
  assert.equal((await dashboard()).mfa.users, before + 1)
  const [first] = await server.app.db.many<{ id: string }>(
    sql`SELECT id FROM mfa_totp WHERE user_id = ${user.id} ORDER BY id`,
  )
  assert.ok(first)
  await server.app.db.run(sql`DELETE FROM mfa_totp WHERE id = ${first.id}`)
  assert.equal((await dashboard()).mfa.users, before + 1)
  const passkey = await server.user()
  const at = clock.now()
  await server.app.db.run(sql`
    INSERT INTO mfa_passkeys (id, user_id, credential_id, public_key, sign_count, name, transports, aaguid,
      attestation, backup_eligible, backed_up, user_verified, created_at)
    VALUES (gen_random_uuid(), ${passkey.id}, '\\x01', '\\x01', 0, 'k', '{}', gen_random_uuid(), 'none', false,
      false, true, ${at})`)
  assert.equal((await dashboard()).mfa.users, before + 2)
  await server.app.db.run(
    sql`UPDATE mfa_passkeys SET suspended_at = ${at} WHERE user_id = ${passkey.id}`,
  )
  assert.equal((await dashboard()).mfa.users, before + 1)
  await server.app.db.run(sql`DELETE FROM users WHERE id = ${user.id}`)
  assert.equal((await dashboard()).mfa.users, before)
  await agrees()
})

test('sessions are counted until they end or are swept', async () => {
  const user = await server.user()
  const before = (await dashboard()).sessions.active
  const { body } = await login(user)
  await login(user)
  assert.equal((await dashboard()).sessions.active, before + 2)
  assert.equal((await call('POST /auth/logout', body.access_token)).status, 204)
  await agrees()
  await server.app.db.run(
    sql`UPDATE sessions SET expires_at = '2030-01-01' WHERE user_id = ${user.id}`,
  )
  await sweepSessions(server.app.db, clock.now(), 100)
  assert.equal((await dashboard()).sessions.active, before)
})

test('days have their sign-ins, failures by reason, registrations and events', async () => {
  const [today = {}] = (await dashboard('?days=1')).days
  const user = await server.user()
  await login(user)
  for (let i = 0; i < 2; i += 1) await login(user, 'wrong')
  await login({ username: 'nobody at all' })
  clock.advance(86_400)
  await login(user)
  await login(user, 'wrong')
  const body = await dashboard('?days=2')
  const [yesterday, now] = body.days
  assert.deepEqual(yesterday, {
    ...today,
    sign_ins: today.sign_ins + 1,
    sign_in_failures: today.sign_in_failures + 3,
    registrations: today.registrations + 1,
  })
  assert.deepEqual([now.day, now.sign_ins, now.sign_in_failures], ['2031-04-01', 1, 1])
  assert.deepEqual(body.sign_in_failures, [
    { reason: 'mismatch', count: 3 },
    { reason: 'unknown', count: 1 },
  ])
  const month = (await dashboard()).days
  assert.equal(month.length, 30)
  assert.deepEqual([month[0].day, month[29].day], ['2031-03-03', '2031-04-01'])
})

test('tokens are counted by client without a statement of their own', async () => {
  const machine = await server.client({
    client_name: 'Machine',
    redirect_uris: [],
    grant_types: ['client_credentials'],
  })
  const app = await server.client({ client_name: 'Shop' })
  await post(server, '/oauth/token', machine, { grant_type: 'client_credentials' })
  server.statements()
  for (let i = 0; i < 5; i += 1) {
    const { status } = await post(server, '/oauth/token', machine, {
      grant_type: 'client_credentials',
    })
    assert.equal(status, 200)
  }
  assert.deepEqual(server.statements(), [])
  await obtainTokens(server, app, await server.user())
  const { top_clients: top, days } = await dashboard('?days=1')
  assert.deepEqual(top, [
    { client_id: machine.id, name: 'Machine', tokens: 6, sign_ins: 0 },
    { client_id: app.id, name: 'Shop', tokens: 1, sign_ins: 1 },
  ])
  assert.equal(days[0].tokens, 7)
  assert.equal((await call('GET /admin/dashboard?days=401')).status, 400)
  assert.equal((await call('GET /admin/dashboard?days=0')).status, 400)
})

test('what cannot be written is counted again later, and what has no room is told of', async () => {
  let works = false
  const written: unknown[] = []
  let dropped = 0
  const db = {
    ...server.app.db,
    run: async (statement: { values: readonly unknown[] }) => {
      if (!works) throw new Error('no database')
      written.push(statement.values[3])
      return 1
    },
  }
  const counter = createCounter({ db, clock, onOverflow: (count) => (dropped += count) })
  counter.count('tokens', '')
  await assert.rejects(counter.flush(), /no database/)
  counter.count('tokens', '')
  works = true
  await counter.flush()
  await counter.flush()
  assert.deepEqual(written, [[2]])
  for (let i = 0; i < 10_002; i += 1) counter.count('client_tokens', `c${i}`)
  assert.equal(dropped, 2)
})

test('a reconciliation corrects what is off once, while others write', async () => {
  const { db } = server.app
  await settle()
  await db.run(sql`UPDATE statistics_totals SET value = value + 7 WHERE metric = 'users'`)
  await db.run(sql`UPDATE statistics_totals SET value = 0 WHERE metric = 'sessions'`)
  await db.run(sql`DELETE FROM statistics_protected`)
  const writers = Array.from({ length: 10 }, () => server.user())
  const drifts = await Promise.all(Array.from({ length: 8 }, () => reconcile({ db })))
  await Promise.all(writers)
  assert.ok(drifts.flat().some(({ metric, drift }) => metric === 'users' && drift === -7))
  assert.equal(drifts.filter((drift) => drift.length > 0).length, 1)
  await agrees()
  assert.deepEqual(await reconcile({ db }), [])
})

test('of folding at the same time nothing is lost or counted twice', async () => {
  const { db } = server.app
  await settle()
  const before = (await dashboard()).users.total
  await db.run(sql`INSERT INTO statistics_deltas (metric, dimension, delta)
    SELECT 'users', 'active', 1 FROM generate_series(1, 2000)`)
  const folded = await Promise.all(Array.from({ length: 8 }, () => fold({ db })))
  assert.equal(
    folded.reduce((sum, count) => sum + count, 0),
    2000,
  )
  assert.equal((await dashboard()).users.total, before + 2000)
  await db.run(sql`UPDATE statistics_totals SET value = value - 2000
    WHERE metric = 'users' AND dimension = 'active'`)
})

test('the dashboard reads small tables only, in few statements', async () => {
  await dashboard()
  server.statements()
  await call('GET /admin/dashboard?days=400')
  // Changes of rights are looked for every half second, whoever asks then.
  const statements = server.statements().filter((text) => !/FROM access_changes/.test(text))
  assert.ok(statements.length <= 9, `${statements.length}\n${statements.join('\n')}`)
  const tables = statements.flatMap((text) =>
    [...text.matchAll(/(?:FROM|JOIN)\s+([a-z_]+)/g)].map(([, table]) => table),
  )
  const small = new Set([
    'statistics_totals',
    'statistics_daily',
    'security_events',
    'queued_jobs',
    'signing_keys',
    'audit_log_seq',
    'audit_batches',
    'audit_cursors',
    'access_changes',
    'clients',
  ])
  // One row of the caller, the newest entries by their index, and what is not sealed yet.
  const bounded =
    /WHERE (?:\w\.)?(?:id|digest|user_id) = |FROM audit_log (?:WHERE seq > |\s*ORDER BY created_at DESC)/
  for (const text of statements) {
    if (bounded.test(text)) continue
    for (const [, table = ''] of text.matchAll(/(?:FROM|JOIN)\s+([a-z_]{3,})/g)) {
      assert.ok(small.has(table), `${table} in ${text}`)
    }
  }
  assert.ok(tables.length > 0)
})

test('recent activity is for who may read the audit log', async () => {
  const { db } = server.app
  const body = await dashboard()
  assert.equal(body.recent_activity.length, 20)
  assert.equal(typeof body.health.queue.waiting, 'number')
  assert.ok(body.health.signing_keys.length > 0)
  assert.deepEqual(body.health.audit.followers.map(({ name }: { name: string }) => name).sort(), [
    'monitor',
    'statistics',
  ])
  await db.run(sql`INSERT INTO roles (id, name) VALUES (gen_random_uuid(), 'watcher')`)
  await db.run(sql`INSERT INTO role_permissions (role_id, permission_id)
    SELECT r.id, p.id FROM roles r, permissions p
    WHERE r.name = 'watcher' AND p.resource = 'cardea.dashboard'`)
  const watcher = await server.user()
  await assignRole(db, watcher.id, 'watcher', clock.now())
  server.app.access.changed()
  clock.advance(2)
  const watching = (await login(watcher)).body.access_token
  const seen = await call('GET /admin/dashboard', watching)
  assert.equal(seen.status, 200)
  assert.equal('recent_activity' in seen.body, false)
  const plain = (await login(await server.user())).body.access_token
  assert.equal((await call('GET /admin/dashboard', plain)).status, 403)
  assert.equal((await call('GET /admin/dashboard', '')).status, 401)
})

test('days that are older than the retention are swept', async () => {
  const { db } = server.app
  const old = await db.run(sql`INSERT INTO statistics_daily (metric, day, dimension, value)
    SELECT 'sign_ins', date '2020-01-01' + n, '', 1 FROM generate_series(0, 9) AS n`)
  assert.equal(old, 10)
  assert.equal(await sweepDays(db, new Date('2020-01-06T00:00:00Z'), 3), 3)
  assert.equal(await sweepDays(db, new Date('2020-01-06T00:00:00Z'), 100), 2)
  assert.equal(await sweepDays(db, new Date('2020-01-11T00:00:00Z'), 100), 5)
})
