import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assignRole } from '../../src/access/index.ts'
import { runChunk, sweepOperations } from '../../src/admin/index.ts'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { postJson } from '../harness/json.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const path = '/api/v1/admin/bulk-operations'
let server: TestServer
let owner: Awaited<ReturnType<typeof administrator>>

before(async () => {
  server = await testServer({ clock })
  owner = await administrator('root', 'owner')
})
after(() => server?.close())

async function administrator(username: string, role: string) {
  const user = await server.user({ username })
  await assignRole(server.app.db, user.id, role, clock.now())
  const login = { identifier: username, password: user.password }
  const { body } = await postJson(`${server.url}/api/v1/auth/login`, login)
  const token: string = body.access_token
  const send = (method: string, at: string, input?: object) =>
    postJson(server.url + at, input, { method, token })
  return { user, send }
}

/** Accounts without the cost of a password. */
async function crowd(name: string, count: number): Promise<string[]> {
  const rows = await server.app.db.many<{ id: string }>({
    name: 'bulk_crowd',
    text: `INSERT INTO users (id, username, username_key, created_at, updated_at)
      SELECT gen_random_uuid(), n, n, $3::timestamptz - interval '1 hour', $3 FROM (SELECT $1 || '-' || i AS n FROM generate_series(1, $2::int) i) made
      RETURNING id`,
    values: [name, count, clock.now()],
  })
  return rows.map(({ id }) => id)
}

async function start(body: object, by = owner) {
  const { status, body: made, headers } = await by.send('POST', path, body)
  assert.equal(status, 202, JSON.stringify(made))
  assert.equal(headers.get('location'), `${path}/${made.id}`)
  return made.id as string
}
const show = async (id: string) => (await owner.send('GET', `${path}/${id}`)).body
const countOf = async (statement: ReturnType<typeof sql>) =>
  (await server.app.db.maybe<{ count: number }>(statement))?.count
const active = (name: string) =>
  countOf(
    sql`SELECT count(*)::integer AS count FROM users WHERE username LIKE ${`${name}-%`} AND is_active`,
  )
const audited = (action: string, id: string) =>
  countOf(
    sql`SELECT count(*)::integer AS count FROM audit_log WHERE action = ${action} AND request_id = ${id}`,
  )

test('many users are deactivated by a job, each with an entry that names the operation', async () => {
  const ids = await crowd('many', 230)
  const unknown = '00000000-0000-7000-8000-000000000000'
  const id = await start({
    operation: 'deactivate',
    users: [...ids, ...ids.slice(0, 5), unknown, owner.user.id],
  })
  assert.deepEqual([(await show(id)).state, (await show(id)).total], ['queued', 232])
  await server.app.queue.drain()
  const done = await show(id)
  assert.deepEqual([done.state, done.done, done.failed, done.total], ['done', 230, 2, 232])
  const codes = done.errors.map(({ user_id, code }: Record<string, string>) => [user_id, code])
  assert.deepEqual(
    new Map(codes),
    new Map([
      [unknown, 'not_found'],
      [owner.user.id, 'last_owner'],
    ]),
  )
  assert.equal(await active('many'), 0)
  assert.equal(await audited('user.deactivate', id), 230)
  const entry = await server.app.db.maybe<{ actor: string; details: object }>(
    sql`SELECT actor, details FROM audit_log WHERE action = 'user.deactivate' AND resource = ${`user:${ids[0]}`}`,
  )
  assert.equal(entry?.actor, `user:${owner.user.id}`)
  assert.deepEqual(entry?.details, {
    changes: {
      state: { from: 'active', to: 'deactivated' },
      by: { from: null, to: 'administrator' },
    },
  })
  assert.ok(
    (await owner.send('GET', path)).body.items.some((item: { id: string }) => item.id === id),
  )
})

test('a filter means who is there when the operation is asked for, and each of them once', async () => {
  await crowd('fits', 250)
  const id = await start({ operation: 'deactivate', filter: { q: 'fits-', state: 'active' } })
  clock.advance(1)
  await server.app.db.run({
    name: 'late',
    text: `INSERT INTO users (id, username, username_key, created_at, updated_at) VALUES (gen_random_uuid(), 'fits-late', 'fits-late', $1, $1)`,
    values: [clock.now()],
  })
  assert.equal((await show(id)).total, null)
  await server.app.queue.drain()
  const done = await show(id)
  assert.deepEqual([done.state, done.done, done.failed, done.total], ['done', 250, 0, 250])
  assert.equal(await active('fits'), 1)
  const back = await start({
    operation: 'reactivate',
    filter: { q: 'fits-', state: 'deactivated' },
  })
  await server.app.queue.drain()
  assert.equal((await show(back)).done, 250)
})

test('workers that do the same part at the same time do nobody twice', async () => {
  await crowd('twice', 120)
  const id = await start({ operation: 'deactivate', filter: { q: 'twice-' } })
  await server.app.db.run({ name: 'own', text: 'DELETE FROM queued_jobs', values: [] })
  const chunk = () => runChunk(chunkNeeds(), { operation: id }, { attempt: 1 })
  await Promise.all([chunk(), chunk(), chunk()])
  await server.app.queue.drain()
  const done = await show(id)
  assert.deepEqual([done.state, done.done, done.failed], ['done', 120, 0])
  assert.equal(await audited('user.deactivate', id), 120)
})

test('a process that is killed in the middle is followed by one that goes on where it was', async () => {
  const ids = await crowd('killed', 60)
  const id = await start({ operation: 'end_sessions', users: ids })
  await server.app.db.run({ name: 'own', text: 'DELETE FROM queued_jobs', values: [] })
  let left = 25
  const dying = {
    ...chunkNeeds(),
    random: {
      bytes: (size: number) => {
        left -= 1
        if (left < 0) throw new Error('killed')
        return server.app.random.bytes(size)
      },
    },
  }
  await assert.rejects(runChunk(dying, { operation: id }, { attempt: 1 }), /killed/)
  const half = await show(id)
  assert.equal(half.state, 'running')
  assert.ok(half.done > 0 && half.done < 60, String(half.done))
  await runChunk(chunkNeeds(), { operation: id }, { attempt: 2 })
  await runChunk(chunkNeeds(), { operation: id }, { attempt: 3 })
  const done = await show(id)
  assert.deepEqual([done.state, done.done, done.failed], ['done', 60, 0])
  assert.equal(await audited('session.end_others', id), 60)
})

/** What the handler of the queue stands on, for calling it by hand. */
function chunkNeeds(): Parameters<typeof runChunk>[0] {
  return server.app.bulk
}

test('an operation that cannot go on says so at last', async () => {
  const id = await start({ operation: 'end_sessions', users: await crowd('broken', 3) })
  const broken = {
    ...chunkNeeds(),
    random: {
      bytes: () => {
        throw new Error('broken')
      },
    },
  }
  await assert.rejects(runChunk(broken, { operation: id }, { attempt: 8 }), /broken/)
  assert.equal((await show(id)).state, 'failed')
  await server.app.queue.drain()
  assert.equal((await show(id)).done, 0)
})

test('what is cancelled while it runs stays as far as it came, and is cancelled once', async () => {
  await crowd('stopped', 300)
  const id = await start({ operation: 'deactivate', filter: { q: 'stopped-' } })
  await runChunk(chunkNeeds(), { operation: id }, { attempt: 1 })
  const cancels = await Promise.all(
    Array.from({ length: 10 }, () => owner.send('POST', `${path}/${id}/cancel`)),
  )
  assert.equal(cancels.filter(({ status }) => status === 204).length, 1)
  assert.ok(cancels.every(({ status, body }) => status === 204 || body.code === 'operation_over'))
  await server.app.queue.drain()
  const done = await show(id)
  assert.deepEqual([done.state, done.done], ['cancelled', 100])
  assert.equal(await active('stopped'), 200)
})

test('who loses the permission or does not reach that far changes nobody more', async () => {
  const helper = await administrator('helper', 'admin')
  const ids = await crowd('reach', 110)
  const reaching = await start({ operation: 'deactivate', users: [owner.user.id] }, helper)
  const id = await start({ operation: 'deactivate', users: ids }, helper)
  await runChunk(chunkNeeds(), { operation: id }, { attempt: 1 })
  const { db, access } = server.app
  await db.run(sql`DELETE FROM role_assignments WHERE user_id = ${helper.user.id}`)
  access.changed()
  await server.app.queue.drain()
  const done = await show(id)
  assert.deepEqual([done.state, done.done, done.failed], ['done', 100, 10])
  assert.ok(done.errors.every(({ code }: { code: string }) => code === 'forbidden'))
  assert.deepEqual(
    [(await show(reaching)).failed, (await show(reaching)).errors[0].code],
    [1, 'forbidden'],
  )
})

test('roles and groups are given to many, by the rules for one', async () => {
  const ids = await crowd('roles', 5)
  const group = (await owner.send('POST', '/api/v1/admin/groups', { name: 'crew' })).body.id
  const results: [body: object, done: number, failed: number][] = [
    [{ operation: 'assign_role', parameters: { role: 'support' } }, 5, 0],
    [{ operation: 'unassign_role', parameters: { role: 'support' } }, 5, 0],
    [{ operation: 'unassign_role', parameters: { role: 'support' } }, 0, 5],
    [{ operation: 'add_to_group', parameters: { group } }, 5, 0],
    [{ operation: 'remove_from_group', parameters: { group } }, 5, 0],
    [{ operation: 'require_enrolment' }, 5, 0],
    [{ operation: 'delete' }, 5, 0],
  ]
  for (const [body, done, failed] of results) {
    const id = await start({ ...body, users: ids })
    await server.app.queue.drain()
    const shown = await show(id)
    assert.deepEqual(
      [shown.state, shown.done, shown.failed],
      ['done', done, failed],
      JSON.stringify([body, shown.errors]),
    )
  }
  const helper = await administrator('helper2', 'admin')
  const rising = await start(
    { operation: 'assign_role', users: ids, parameters: { role: 'owner' } },
    helper,
  )
  await server.app.queue.drain()
  assert.equal((await show(rising)).failed, 5)
})

test('what makes no sense is refused before anything begins', async () => {
  const users = [owner.user.id]
  const refused: [body: object, status: number][] = [
    [{ operation: 'deactivate' }, 400],
    [{ operation: 'deactivate', users, filter: {} }, 400],
    [{ operation: 'deactivate', users: [] }, 400],
    [{ operation: 'deactivate', users, parameters: { role: 'support' } }, 400],
    [{ operation: 'assign_role', users }, 400],
    [{ operation: 'assign_role', users, parameters: { role: 'no role' } }, 404],
    [{ operation: 'add_to_group', users, parameters: { group: owner.user.id } }, 404],
    [{ operation: 'erase', users }, 400],
    [{ operation: 'deactivate', users: ['not-a-uuid'] }, 400],
  ]
  for (const [body, status] of refused) {
    assert.equal((await owner.send('POST', path, body)).status, status, JSON.stringify(body))
  }
  const support = await administrator('helper3', 'support')
  assert.equal((await support.send('POST', path, { operation: 'deactivate', users })).status, 403)
  assert.equal((await owner.send('GET', `${path}/${owner.user.id}`)).status, 404)
  const most = Array.from({ length: 10_001 }, () => owner.user.id)
  assert.equal(
    (await owner.send('POST', path, { operation: 'end_sessions', users: most })).status,
    400,
  )
})

test('operations are forgotten after 30 days', async () => {
  clock.advance(31 * 86_400)
  assert.ok((await sweepOperations(server.app.db, clock.now(), 100)) > 0)
  assert.equal(await countOf(sql`SELECT count(*)::integer AS count FROM bulk_operations`), 0)
})
