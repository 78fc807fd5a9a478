import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../base/index.ts'
import type { Db } from './index.ts'
import { createDb, isUniqueViolation, sql } from './index.ts'
import type { ScratchDatabase } from './scratch-database.ts'
import { scratchDatabase } from './scratch-database.ts'

let scratch: ScratchDatabase
let db: Db
const sent: string[] = []
const waits: number[] = []

before(async () => {
  scratch = await scratchDatabase(process.env.CARDEA_TEST_DATABASE_URL)
  db = createDb({
    url: scratch.url,
    poolSize: 4,
    onStatement: (text, kind) => sent.push(`${kind}: ${text}`),
    onWait: (seconds) => waits.push(seconds),
  })
  await db.run(sql`CREATE TABLE counters (id integer PRIMARY KEY, value_now integer NOT NULL)`)
  await db.run(sql`INSERT INTO counters VALUES (1, 0), (2, 0)`)
})

after(async () => {
  await db.close()
  await scratch.drop()
})

test('columns become camelCase keys and types those of JavaScript', async () => {
  const at = new Date('2026-02-03T04:05:06.789Z')
  const row = await db.maybe(sql`
    SELECT ${at}::timestamptz AS created_at, 9007199254740991::int8 AS big_number, count(*) AS n,
      ${Buffer.from([0, 255])}::bytea AS raw_bytes, '{"snake_key": [1]}'::jsonb AS some_json,
      NULL::text AS nothing_here, '2026-02-03'::date AS a_day, ARRAY['a', 'b'] AS two_texts,
      true AS is_it, 1.5::float8 AS half_more, 'x' AS plain`)
  assert.deepEqual(row, {
    createdAt: at,
    bigNumber: 9007199254740991,
    n: 1,
    rawBytes: Buffer.from([0, 255]),
    someJson: { snake_key: [1] },
    nothingHere: null,
    aDay: '2026-02-03',
    twoTexts: ['a', 'b'],
    isIt: true,
    halfMore: 1.5,
    plain: 'x',
  })
  await assert.rejects(db.many(sql`SELECT 9007199254740993::int8`), RangeError)
})

test('many, maybe and run answer rows, the first row and the number affected', async () => {
  assert.deepEqual(await db.many(sql`SELECT i AS nr FROM generate_series(1, 2) i`), [
    { nr: 1 },
    { nr: 2 },
  ])
  assert.equal(await db.maybe(sql`SELECT 1 WHERE false`), undefined)
  assert.equal(await db.run(sql`UPDATE counters SET value_now = 0`), 2)
})

test('many statements at once share the pipelined connections, and a failing one stays alone', async () => {
  const answers = await Promise.allSettled(
    Array.from({ length: 200 }, (_, i) =>
      db.maybe<{ n: number }>(sql`SELECT 10 / ${i % 10}::int AS n`),
    ),
  )
  for (const [i, answer] of answers.entries()) {
    if (i % 10 === 0) assert.equal(answer.status, 'rejected')
    else assert.deepEqual(answer, { status: 'fulfilled', value: { n: Math.floor(10 / (i % 10)) } })
  }
})

test('a transaction commits what it did and returns what the work returned', async () => {
  sent.length = 0
  const value = await db.transaction(async (tx) => {
    await tx.run(sql`UPDATE counters SET value_now = 7 WHERE id = 1`)
    return 'done'
  })
  assert.equal(value, 'done')
  assert.deepEqual(await db.maybe(sql`SELECT value_now FROM counters WHERE id = 1`), {
    valueNow: 7,
  })
  assert.deepEqual(
    sent.map((line) => line.slice(0, 20)),
    ['transaction: BEGIN', 'transaction: UPDATE ', 'transaction: COMMIT', 'pipeline: SELECT val'],
  )
})

test('a throw rolls back, and the connection is fit for the next transaction', async () => {
  const work = db.transaction(async (tx) => {
    await tx.run(sql`UPDATE counters SET value_now = 99 WHERE id = 1`)
    throw new Error('changed my mind')
  })
  await assert.rejects(work, /changed my mind/)
  const now = await db.transaction((tx) =>
    tx.maybe(sql`SELECT value_now FROM counters WHERE id = 1`),
  )
  assert.deepEqual(now, { valueNow: 7 })
})

test('work that swallows a failed statement does not pass for committed', async () => {
  const work = db.transaction(async (tx) => {
    await tx.run(sql`UPDATE counters SET value_now = 98 WHERE id = 1`)
    await tx.run(sql`INSERT INTO counters VALUES (1, 1)`).catch(() => undefined)
  })
  await assert.rejects(work, (error) => isUniqueViolation(error, 'counters_pkey'))
})

test('nothing is sent once a transaction is over, nor for one that asks nothing', async () => {
  sent.length = 0
  const leaked = await db.transaction(async (tx) => tx)
  assert.deepEqual(sent, [])
  await assert.rejects(leaked.run(sql`DELETE FROM counters`), /the transaction is over/)
})

test('a serialization failure repeats the whole transaction', async () => {
  await db.run(sql`UPDATE counters SET value_now = 0`)
  let tries = 0
  const bump = () =>
    db.transaction(
      async (tx) => {
        tries += 1
        const row = await tx.maybe<{ valueNow: number }>(
          sql`SELECT value_now FROM counters WHERE id = 1`,
        )
        await sleep(20)
        await tx.run(sql`UPDATE counters SET value_now = ${row!.valueNow + 1} WHERE id = 1`)
      },
      { isolation: 'serializable' },
    )
  await Promise.all([bump(), bump(), bump()])
  assert.deepEqual(await db.maybe(sql`SELECT value_now FROM counters WHERE id = 1`), {
    valueNow: 3,
  })
  assert.ok(tries > 3, `${tries} tries`)
})

test('a deadlock is resolved by repeating the loser', async () => {
  await db.run(sql`UPDATE counters SET value_now = 0`)
  const add = (first: number, second: number) =>
    db.transaction(async (tx) => {
      await tx.run(sql`UPDATE counters SET value_now = value_now + 1 WHERE id = ${first}`)
      await sleep(50)
      await tx.run(sql`UPDATE counters SET value_now = value_now + 1 WHERE id = ${second}`)
    })
  await Promise.all([add(1, 2), add(2, 1)])
  assert.deepEqual(await db.many(sql`SELECT value_now FROM counters`), [
    { valueNow: 2 },
    { valueNow: 2 },
  ])
})

test('100 transactions at once on a pool of 4 all get their turn', async () => {
  await db.run(sql`UPDATE counters SET value_now = 0`)
  await Promise.all(
    Array.from({ length: 100 }, () =>
      db.transaction(async (tx) => {
        await tx.maybe(sql`SELECT value_now FROM counters WHERE id = 1 FOR UPDATE`)
        await tx.run(sql`UPDATE counters SET value_now = value_now + 1 WHERE id = 1`)
      }),
    ),
  )
  assert.deepEqual(await db.maybe(sql`SELECT value_now FROM counters WHERE id = 1`), {
    valueNow: 100,
  })
  assert.deepEqual(db.stats().pool, { total: 4, idle: 4, waiting: 0, limit: 4 })
  assert.ok(waits.some((seconds) => seconds > 0))
})

test('statements prepared before a change of the schema go on working', async () => {
  const read = () => db.maybe(sql`SELECT * FROM counters WHERE id = 2`)
  const readTx = () => db.transaction((tx) => tx.maybe(sql`SELECT * FROM counters WHERE id = 2`))
  await Promise.all([read(), read(), readTx()])
  await db.run(sql`ALTER TABLE counters ADD COLUMN note text NOT NULL DEFAULT 'new'`)
  for (const row of await Promise.all([read(), read(), readTx()])) {
    assert.equal((row as { note: string }).note, 'new')
  }
})

test('connections cut by the server are replaced: SELECTs and transactions do not notice', async () => {
  const cut = sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'cardea'`
  const slow = db.transaction(async (tx) => {
    await tx.run(sql`UPDATE counters SET value_now = 5 WHERE id = 2`)
    await sleep(30)
    return await tx.maybe(sql`SELECT value_now FROM counters WHERE id = 2`)
  })
  const slowRead = db.maybe(sql`SELECT 'read' AS it FROM pg_sleep(0.05)`)
  await sleep(10)
  await db.many(cut)
  assert.deepEqual(await slow, { valueNow: 5 })
  assert.deepEqual(await slowRead, { it: 'read' })
})

test('a statement over its time limit is refused as unavailable', async () => {
  const hasty = createDb({ url: scratch.url, poolSize: 1, statementTimeoutMs: 50 })
  await assert.rejects(hasty.many(sql`SELECT pg_sleep(2)`), isUnavailable)
  assert.deepEqual(await hasty.many(sql`SELECT 1 AS one`), [{ one: 1 }])
  await hasty.close()
})

test('without named statements everything works the same', async () => {
  const unnamed = createDb({ url: scratch.url, poolSize: 1, namedStatements: false })
  assert.deepEqual(await unnamed.many(sql`SELECT ${1}::int AS one`), [{ one: 1 }])
  assert.equal(await unnamed.transaction((tx) => tx.run(sql`UPDATE counters SET value_now = 1`)), 2)
  const prepared = await unnamed.many(sql`SELECT name FROM pg_prepared_statements`)
  assert.deepEqual(prepared, [])
  await unnamed.close()
})

test('a database that cannot be reached is a Failure 503 with Retry-After', async () => {
  const away = createDb({ url: 'postgresql://a:b@127.0.0.1:1/none', poolSize: 1 })
  await Promise.all([
    assert.rejects(away.many(sql`SELECT 1`), isUnavailable),
    assert.rejects(away.run(sql`UPDATE a SET b = 1`), isUnavailable),
    assert.rejects(
      away.transaction((tx) => tx.run(sql`SELECT 1`)),
      isUnavailable,
    ),
    assert.rejects(away.ping(), isUnavailable),
  ])
  await away.close()
  await db.ping()
})

function isUnavailable(error: unknown): boolean {
  assert.ok(error instanceof Failure, String(error))
  assert.equal(error.kind.status, 503)
  assert.equal(error.details.retryAfter, 2)
  assert.ok(error.details.cause !== undefined || error.details.log !== undefined)
  return true
}
