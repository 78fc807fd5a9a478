import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { AccessBook, Question, SubjectKey } from '../../src/access/index.ts'
import { createAccessBook } from '../../src/access/index.ts'
import type { App } from '../../src/app.ts'
import { createApp } from '../../src/app.ts'
import type { ManualClock } from '../../src/base/index.ts'
import { Failure, manualClock } from '../../src/base/index.ts'
import type { Db } from '../../src/db/index.ts'
import { dbFailures, sql } from '../../src/db/index.ts'
import { createMemoryKv } from '../../src/kv/index.ts'
import { startRedis, whyNoRedis } from '../../src/kv/redis.fixture.ts'
import { createLog } from '../../src/telemetry/index.ts'
import { addGroup, addRole, give, machine, takeBack } from '../harness/access.ts'
import { freePort, startCardea, temporaryFolder } from '../harness/cardea-process.ts'
import { withHost } from '../harness/command.ts'
import { postJson } from '../harness/json.ts'
import type { TestServer } from '../harness/server.ts'
import { masterKey, testServer } from '../harness/server.ts'

const skip = whyNoRedis() ?? false
const bound = 1000
const read: Question = { resource: { type: 'paper', id: '7' }, action: 'read' }
let redis: Awaited<ReturnType<typeof startRedis>> | undefined
let server: TestServer
let other: App
let db: Db

before(async () => {
  redis = skip ? undefined : await startRedis()
  server = await testServer({ env: redis ? { REDIS_URL: redis.url } : {} })
  db = server.app.db
  other = await anotherApp()
  await addRole(db, 'reader', ['paper:read'])
})
after(async () => {
  await other?.close()
  await server?.close()
  await redis?.stop()
})

/** Another server on the same database and the same Redis. */
const anotherApp = () =>
  createApp({
    config: server.config,
    databaseUrl: server.databaseUrl,
    masterKeys: [masterKey],
    log: createLog({ level: 'silent', format: 'json' }),
  })

async function person(): Promise<SubjectKey & { readonly type: 'user' }> {
  return { type: 'user', id: (await server.user()).id }
}

const may = async (book: AccessBook, key: SubjectKey, question = read) =>
  (await book.decide(key, question)).allowed

/** Somebody who may read now, on both servers. */
async function reader() {
  const key = await person()
  const assignment = await give(db, { user: key.id }, 'reader')
  assert.ok(await may(server.app.access, key))
  assert.ok(await may(other.access, key))
  return { key, assignment }
}

/** Waits until it is refused; the milliseconds that took. */
async function refused(book: AccessBook, key: SubjectKey, question = read): Promise<number> {
  const started = performance.now()
  while (performance.now() - started < 2 * bound) {
    if (!(await may(book, key, question))) {
      const took = performance.now() - started
      assert.ok(took < bound, `refused after ${took} ms`)
      return took
    }
    await sleep(10)
  }
  return assert.fail('still allowed')
}

test('a role that is taken back on one server is refused on the other, at once when it is announced', {
  skip,
}, async () => {
  const { key, assignment } = await reader()
  await takeBack(db, assignment)
  server.app.access.changed()
  assert.ok((await refused(other.access, key)) < 300)
  await refused(server.app.access, key)
})

test('the same within a second when nobody announces it', { skip }, async () => {
  const { key, assignment } = await reader()
  await takeBack(db, assignment)
  await refused(other.access, key)
})

test('a flushed Redis and one that hangs hide nothing and revive nothing', { skip }, async () => {
  const first = await reader()
  const kv = server.app.kv as { connection?: { client: { flushAll: () => Promise<string> } } }
  await kv.connection?.client.flushAll()
  await takeBack(db, first.assignment)
  await refused(other.access, first.key)
  const second = await reader()
  redis?.signal('SIGSTOP')
  try {
    await takeBack(db, second.assignment)
    server.app.access.changed()
    await refused(other.access, second.key)
    const started = performance.now()
    const fresh = await person()
    assert.equal(await may(other.access, fresh), false)
    assert.ok(performance.now() - started < 500, 'nobody waits long for Redis')
  } finally {
    redis?.signal('SIGCONT')
  }
  await sleep(100)
  assert.equal(await may(other.access, second.key), false)
})

test('what a slow writer puts into Redis after the change is not believed, nor what others put there', {
  skip,
}, async () => {
  const { key, assignment } = await reader()
  const name = `access:user:${key.id}`
  const stale = await server.app.kv.get(name)
  assert.match(stale ?? '', /"roleId"/)
  // It has looked before the change and does not know this person.
  const third = await anotherApp()
  try {
    assert.equal(await may(third.access, await person()), false)
    await takeBack(db, assignment)
    await server.app.kv.set(name, stale ?? '', 60)
    await refused(third.access, key)
    const nobody = await person()
    assert.equal(await may(third.access, nobody), false)
    const standing = JSON.parse((stale ?? '').slice(43)).standing
    const forged = { horizon: Number.MAX_SAFE_INTEGER, standing: { ...standing, key: nobody } }
    const sealed = (stale ?? '').slice(0, 43) + JSON.stringify(forged)
    for (const text of [sealed, JSON.stringify(forged), (stale ?? '').replace(key.id, nobody.id)]) {
      await server.app.kv.set(`access:user:${nobody.id}`, text, 60)
      assert.equal(await may(await freshBook(third.db), nobody), false)
    }
  } finally {
    await third.close()
  }
  // One that starts after the change does not believe it either.
  const late = await anotherApp()
  assert.equal(await may(late.access, key), false)
  await late.close()
})

const freshBook = async (on: Db) =>
  createAccessBook({ db: on, clock: server.app.clock, kv: server.app.kv, sharedKey: masterKey })

test('a change whose transaction commits late is seen then', { skip }, async () => {
  const { key, assignment } = await reader()
  const late = new Client({ connectionString: server.databaseUrl })
  await late.connect()
  try {
    await late.query('BEGIN')
    await late.query('DELETE FROM role_assignments WHERE id = $1', [assignment])
    for (let i = 0; i < 3; i += 1) {
      // Others change things meanwhile, so that looks find something newer.
      await give(db, { user: (await person()).id }, 'reader')
      other.access.changed()
      assert.ok(await may(other.access, key))
    }
    await late.query('COMMIT')
  } finally {
    await late.end()
  }
  await refused(other.access, key)
})

test('a remembered decision asks the database nothing between two looks', async () => {
  const key = await person()
  await give(db, { user: key.id }, 'reader')
  server.app.access.changed()
  await may(server.app.access, key)
  server.statements()
  const started = performance.now()
  for (let i = 0; i < 200; i += 1) assert.ok(await may(server.app.access, key))
  const asked = server.statements().filter((text) => /access_changes|role/.test(text))
  assert.ok(asked.length <= Math.ceil((performance.now() - started) / 500), asked.join('\n'))
  assert.ok(asked.every((text) => text.includes('access_changes')))
})

test('another process of the system refuses what was taken back here', { skip }, async () => {
  const { key, assignment } = await reader()
  const { token } = await machine(server, 'authorizer')
  const folder = await temporaryFolder()
  const port = await freePort()
  const process_ = await startCardea({
    dataDir: folder.path,
    port,
    env: {
      DATABASE_URL: withHost(server.databaseUrl),
      REDIS_URL: redis?.url ?? '',
      CARDEA_PUBLIC_URL: server.config.publicUrl,
      CARDEA_SECRET_KEY: masterKey.toString('base64'),
      CARDEA_ENV: 'test',
    },
  })
  const ask = async (url: string) => {
    const body = { subject: key, action: { name: 'read' }, resource: read.resource }
    const answer = await postJson(`${url}/access/v1/evaluation`, body, { token })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body.decision
  }
  try {
    assert.equal(await ask(process_.url), true)
    assert.equal(await ask(server.url), true)
    await takeBack(db, assignment)
    const started = performance.now()
    while (await ask(process_.url)) await sleep(10)
    assert.ok(performance.now() - started < bound)
    while (await ask(server.url)) await sleep(10)
    assert.ok(performance.now() - started < bound)
  } finally {
    await process_.stop()
    await folder.remove()
  }
})

/** A book of its own with a clock that is moved by hand. */
function ownBook(on: Db = db): { book: AccessBook; clock: ManualClock } {
  const clock = manualClock(new Date('2026-05-01T12:00:00Z'))
  return {
    book: createAccessBook({ db: on, clock, kv: createMemoryKv({ clock, maxEntries: 10 }) }),
    clock,
  }
}

test('whatever ends a right is seen at the next look, by whomever it was done', async () => {
  const { book, clock } = ownBook()
  const now = clock.now().getTime()
  await addRole(db, 'parent', ['paper:sign'])
  await addRole(db, 'child', [], ['parent'])
  await addRole(db, 'doomed', ['paper:burn'])
  const ask = (action: string): Question => ({ ...read, action })
  const ways: [string, (id: string) => Promise<unknown>, (id: string) => Promise<unknown>][] = [
    [
      'read',
      (id) => give(db, { user: id }, 'reader'),
      (id) => db.run(sql`UPDATE users SET is_active = false WHERE id = ${id}`),
    ],
    [
      'burn',
      (id) => give(db, { user: id }, 'doomed'),
      () => db.run(sql`DELETE FROM roles WHERE name = 'doomed'`),
    ],
    [
      'read',
      async (id) => give(db, { group: await addGroup(db, `team ${id}`, [id]) }, 'reader'),
      (id) => db.run(sql`DELETE FROM group_members WHERE user_id = ${id}`),
    ],
    [
      'read',
      async (id) => give(db, { group: await addGroup(db, `crew ${id}`, [id]) }, 'reader'),
      (id) => db.run(sql`DELETE FROM groups WHERE name = ${`crew ${id}`}`),
    ],
    ['sign', (id) => give(db, { user: id }, 'child'), () => db.run(sql`DELETE FROM role_parents`)],
    [
      'read',
      async (id) => give(db, { user: id }, 'reader'),
      async (id) =>
        db.run(
          sql`UPDATE role_assignments SET user_id = ${(await person()).id} WHERE user_id = ${id}`,
        ),
    ],
    [
      'read',
      (id) => give(db, { user: id }, 'reader'),
      (id) => db.run(sql`DELETE FROM users WHERE id = ${id}`),
    ],
    [
      'read',
      (id) => give(db, { user: id }, 'reader'),
      () =>
        db.run(
          sql`DELETE FROM role_permissions WHERE role_id = (SELECT id FROM roles WHERE name = 'reader')`,
        ),
    ],
  ]
  for (const [action, begin, end] of ways) {
    const key = await person()
    await begin(key.id)
    clock.advance(1)
    assert.ok(await may(book, key, ask(action)), begin.toString())
    await end(key.id)
    clock.advance(1)
    assert.equal(await may(book, key, ask(action)), false, end.toString())
  }
  await addRole(db, 'guest', ['paper:read'])
  const key = await person()
  const [from, until] = [new Date(now + 60_000), new Date(now + 120_000)]
  await give(db, { user: key.id }, 'guest', { from, until })
  assert.equal(await may(book, key), false)
  clock.advance(60)
  assert.ok(await may(book, key))
  clock.advance(60)
  assert.equal(await may(book, key), false)
  const last = await person()
  await give(db, { user: last.id }, 'guest')
  assert.ok(await may(book, last))
  await db.run(sql`TRUNCATE role_assignments`)
  clock.advance(1)
  assert.equal(await may(book, last), false)
  await addRole(db, 'reader again', ['paper:read'])
})

test('without the database nothing is allowed for longer than a second, and nobody new at all', async () => {
  const key = await person()
  await give(db, { user: key.id }, 'guest')
  const down = () => Promise.reject(dbFailures.unavailable())
  let up = true
  const flaky: Db = {
    ...db,
    many: (statement) => (up ? db.many(statement) : down()),
    maybe: (statement) => (up ? db.maybe(statement) : down()),
  }
  const { book, clock } = ownBook(flaky)
  assert.ok(await may(book, key))
  up = false
  clock.advance(0.9)
  assert.ok(await may(book, key))
  const isDown = (error: unknown) => error instanceof Failure && error.kind.status === 503
  const stranger = await person()
  await assert.rejects(may(book, stranger), isDown)
  clock.advance(0.2)
  await assert.rejects(may(book, key), isDown)
  await assert.rejects(book.model(), isDown)
  up = true
  assert.ok(await may(book, key))
})

test('what was read too slowly is judged by another look before anything is allowed', async () => {
  const key = await person()
  const assignment = await give(db, { user: key.id }, 'guest')
  const gate = Promise.withResolvers<void>()
  let slow = true
  const slowly: Db = {
    ...db,
    maybe: async <T>(statement: Parameters<Db['maybe']>[0]) => {
      const row = await db.maybe<T>(statement)
      if (slow) await gate.promise
      return row
    },
  }
  const { book, clock } = ownBook(slowly)
  const decision = may(book, key)
  await sleep(50)
  slow = false
  await takeBack(db, assignment)
  clock.advance(2)
  gate.resolve()
  assert.equal(await decision, false)
})

test('after a long silence, and when changes were swept away meanwhile, everything is read anew', async () => {
  const { book, clock } = ownBook()
  const key = await person()
  const assignment = await give(db, { user: key.id }, 'guest')
  await addRole(db, 'typist', ['paper:type'])
  await give(db, { user: key.id }, 'typist')
  const type = { ...read, action: 'type' }
  assert.ok((await may(book, key)) && (await may(book, key, type)))
  await takeBack(db, assignment)
  await db.run(
    sql`DELETE FROM role_permissions WHERE role_id = (SELECT id FROM roles WHERE name = 'typist')`,
  )
  await db.run(sql`DELETE FROM access_changes`)
  clock.advance(1300)
  assert.equal(await may(book, key), false)
  assert.equal(await may(book, key, type), false)
  // A clock that is set back does not make old things new.
  await give(db, { user: key.id }, 'guest')
  clock.advance(1)
  assert.ok(await may(book, key))
  clock.advance(-3600)
  await db.run(sql`DELETE FROM role_assignments WHERE user_id = ${key.id}`)
  clock.advance(-1)
  assert.equal(await may(book, key), false)
})

test('very many changes at once are told as a change of everything', async () => {
  const { book, clock } = ownBook()
  const key = await person()
  await give(db, { user: key.id }, 'guest')
  assert.ok(await may(book, key))
  await db.run(sql`
    INSERT INTO access_changes (kind, subject) SELECT 'client', n::text FROM generate_series(1, 6000) n`)
  await db.run(sql`DELETE FROM role_assignments WHERE user_id = ${key.id}`)
  clock.advance(1)
  assert.equal(await may(book, key), false)
})

test('a Redis that is gone hides nothing either', { skip }, async () => {
  const key = await person()
  const assignment = await give(db, { user: key.id }, 'guest')
  assert.ok(await may(other.access, key))
  await redis?.stop()
  redis = undefined
  await takeBack(db, assignment)
  server.app.access.changed()
  await refused(other.access, key)
  await give(db, { user: key.id }, 'guest')
  const started = performance.now()
  while (!(await may(other.access, key))) await sleep(10)
  assert.ok(performance.now() - started < bound, 'and new rights are seen as well')
})
