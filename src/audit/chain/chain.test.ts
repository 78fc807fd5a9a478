import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { secureRandom } from '../../base/index.ts'
import { appendAudit } from '../append.ts'
import type { AuditBench } from '../audit.fixture.ts'
import { auditBench } from '../audit.fixture.ts'
import { selectLag } from '../follow/store.ts'
import { digesting } from './batch.ts'
import type { Problem } from './problem.ts'
import { problemWords } from './problem.ts'
import { rowDigest } from './row.ts'
import { selectBatches, selectSealedRows } from './store.ts'
import { verifyChain } from './verify.ts'

let bench: AuditBench

before(async () => {
  bench = await auditBench()
})
after(() => bench?.close())
beforeEach(() => bench.clear())

/** Thirty rows in three batches of ten. */
async function threeBatches(): Promise<void> {
  for (let i = 0; i < 3; i += 1) {
    await bench.append(10)
    await bench.seal()
    bench.clock.advance(60)
  }
}

const short = ({ kind, seq, batch }: Problem) => [kind, seq ?? null, batch ?? null]
const found = async () => (await bench.verify()).problems.map(short)

test('a log that nobody touched verifies, with signed checkpoints and the rows that wait', async () => {
  await threeBatches()
  await bench.append(2)
  const report = await bench.verify()
  assert.deepEqual(report.problems, [])
  assert.deepEqual([report.rows, report.batches, report.unsealed], [30, 3, 2])
  assert.match(report.newest?.checkpoint ?? '', /^3\.[\w-]{43}$/)
  assert.match(report.signed ?? '', /^eyJ/)
  assert.equal(bench.lines.filter(({ words }) => words.startsWith('checkpoint')).length, 3)
})

test('every way to touch rows is found, with the row', async () => {
  const tampering: readonly (readonly [sql: string, ...expected: (string | number | null)[][]])[] =
    [
      [`UPDATE audit_log SET actor = 'user:me' WHERE seq = 7`, ['edited', 7, 1]],
      [`UPDATE audit_log SET details = '{"a": 1.0}' WHERE seq = 8`, ['edited', 8, 1]],
      [
        `UPDATE audit_log SET created_at = created_at + interval '1 microsecond' WHERE seq = 12`,
        ['edited', 12, 2],
      ],
      [`UPDATE audit_log SET ip_address = '10.0.0.1/8' WHERE seq = 13`, ['edited', 13, 2]],
      [`UPDATE audit_log SET on_behalf_of = 'user:x' WHERE seq = 30`, ['edited', 30, 3]],
      [`DELETE FROM audit_log WHERE seq IN (15, 21)`, ['missing', 15, 2], ['missing', 21, 3]],
      [
        `INSERT INTO audit_log (id, seq, actor, action, resource, outcome, created_at)
       VALUES (gen_random_uuid(), 9, 'user:me', 'a.b', 'c', 'success', '2026-03-10')`,
        ['inserted', 9, 1],
      ],
      [
        `INSERT INTO audit_log (id, seq, actor, action, resource, outcome, created_at)
       VALUES (gen_random_uuid(), 0, 'user:me', 'a.b', 'c', 'success', '2026-03-10')`,
        ['inserted', 0, null],
      ],
      [
        `INSERT INTO audit_log (id, seq, actor, action, resource, outcome, created_at)
       VALUES (gen_random_uuid(), 900, 'user:me', 'a.b', 'c', 'success', '2026-03-10')`,
        ['inserted', 900, null],
      ],
      [
        `UPDATE audit_log SET seq = 1000 WHERE seq = 16; UPDATE audit_log SET seq = 16 WHERE seq = 17;
       UPDATE audit_log SET seq = 17 WHERE seq = 1000`,
        ['moved', 16, 2],
        ['moved', 17, 2],
      ],
    ]
  for (const [statement, ...expected] of tampering) {
    await bench.clear()
    await threeBatches()
    await bench.rows(statement)
    assert.deepEqual(await found(), expected, statement)
  }
  const id = (await bench.rows<{ id: string }>('SELECT id FROM audit_log WHERE seq = 16'))[0]?.id
  const [problem] = (await bench.verify()).problems
  assert.ok(problem && problemWords(problem).startsWith(`row seq 16 id ${id} has another number`))
})

test('every way to touch batches is found', async () => {
  const tampering: readonly (readonly [sql: string, ...expected: (string | number | null)[][]])[] =
    [
      ['DELETE FROM audit_batches WHERE number = 2', ['batch', null, 3]],
      [`UPDATE audit_batches SET to_seq = 11 WHERE number = 1`, ['batch', null, 1]],
      [`UPDATE audit_batches SET mac = sha256(mac) WHERE number = 2`, ['batch', null, 2]],
      [`UPDATE audit_batches SET key_id = 'other' WHERE number = 3`, ['batch', null, 3]],
      [
        `UPDATE audit_batches SET checkpoint = (SELECT checkpoint FROM audit_batches WHERE number = 1)
       WHERE number = 2`,
        ['batch', null, 2],
      ],
      [`UPDATE audit_keys SET mac = sha256(mac)`, ['batch', null, 1], ['batch', null, 2]],
    ]
  for (const [statement, ...expected] of tampering) {
    await bench.clear()
    await threeBatches()
    await bench.rows(statement)
    const problems = await found()
    for (const one of expected) {
      assert.ok(
        problems.some((problem) => String(problem) === String(one)),
        `${statement}\n${JSON.stringify(problems)}`,
      )
    }
  }
})

test('a chain that was made anew without the key is forged from there on', async () => {
  await threeBatches()
  await bench.rows(`UPDATE audit_log SET actor = 'user:me' WHERE seq = 15`)
  // What somebody with the database and this source can do: everything but the seals.
  let previous: Buffer | undefined
  for (const batch of await selectBatches(bench.db, 0, 10)) {
    const head = { ...batch, previous: previous ?? batch.previous }
    const hash = digesting(head)
    const after = { seq: head.fromSeq - 1, at: 'infinity' }
    const rows = await selectSealedRows(bench.db, { after, to: head.toSeq, limit: 100 })
    for (const row of rows) hash.add(rowDigest(row))
    const digest = hash.digest()
    await bench.rows(
      `UPDATE audit_batches SET previous = '\\x${head.previous.toString('hex')}',
        digest = '\\x${digest.toString('hex')}', checkpoint = NULL WHERE number = ${head.number}`,
    )
    previous = digest
  }
  const problems = await found()
  assert.deepEqual(problems, [
    ['edited', 15, 2],
    ['batch', null, 2],
    ['batch', null, 3],
  ])
  await bench.append(1)
  await assert.rejects(bench.seal(), /batch 3 of the audit log is forged/)
})

test('an end that was cut off is found by a checkpoint that was noted, and by what followers saw', async () => {
  await threeBatches()
  const { newest, signed = '' } = await bench.verify()
  const checkpoint = newest?.checkpoint ?? ''
  assert.deepEqual((await bench.verify({ checkpoint })).problems, [])
  const worker = bench.worker({ followers: [{ name: 'test', handle: async () => undefined }] })
  await worker.seal()
  await bench.rows(
    'DELETE FROM audit_batches WHERE number = 3; DELETE FROM audit_log WHERE seq > 20',
  )
  assert.deepEqual(await found(), [['truncated', null, null]])
  await bench.rows('UPDATE audit_cursors SET seq = 20')
  assert.deepEqual(await found(), [['truncated', null, null]])
  await bench.append(1)
  await assert.rejects(bench.seal(), /batch 3 of the audit log was there and is gone/)
  await bench.rows('DELETE FROM audit_locators WHERE number = 3')
  assert.deepEqual(await found(), [])
  for (const noted of [checkpoint, signed]) {
    const { problems } = await bench.verify({ checkpoint: noted })
    assert.deepEqual(problems.map(short), [['truncated', null, null]])
  }
  await assert.rejects(worker.seal(), /batch 3 of the audit log was there and is gone/)
  // A server that was started since cannot know; the noted checkpoint still does.
  await bench.seal()
  assert.deepEqual(await found(), [])
  assert.deepEqual((await bench.verify({ checkpoint })).problems.map(short), [['batch', null, 3]])
})

test('a period is verified by itself, and old seals outlive their master key', async () => {
  await threeBatches()
  const from = new Date(bench.clock.now().getTime() - 130_000)
  const one = await bench.verify({ from, to: new Date(from.getTime() + 60_000) })
  assert.deepEqual([one.batches, one.rows, one.problems], [1, 10, []])
  const next = Buffer.alloc(32, 6)
  await bench.append(1)
  await bench.worker({ keys: [next, bench.keys[0]] }).seal()
  const report = await verifyChain({ db: bench.db, keys: [next] })
  assert.deepEqual([report.problems, report.unknownKeys], [[], 3])
  const behind = await bench.verify()
  assert.deepEqual(behind.problems.map(short), [['batch', null, 4]])
})

test('a transaction that holds a number back keeps everything after it unsealed', async () => {
  await bench.append(3)
  const worker = bench.worker()
  const reached = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const slow = bench.db.transaction(async (tx) => {
    const entry = { actor: 'system', action: 'test.slow', resource: 'test' } as const
    const needs = { clock: bench.clock, random: secureRandom }
    await appendAudit(needs, tx, { ...entry, outcome: 'success' })
    reached.resolve()
    await held.promise
  })
  await reached.promise
  await bench.append(5)
  await worker.seal()
  assert.deepEqual(await bench.rows('SELECT 1 FROM audit_batches'), [])
  // Undone: its number stays a gap.
  const drawAndUndo = () =>
    bench.db.transaction(async (tx) => {
      await tx.run({ name: '', text: `SELECT nextval('audit_log_seq')`, values: [] })
      throw new Error('undone')
    })
  await assert.rejects(drawAndUndo(), /undone/)
  assert.equal((await selectLag(bench.db)).unsealed, 8)
  held.resolve()
  await slow
  await worker.seal()
  await bench.append(1)
  await worker.seal()
  await assert.rejects(drawAndUndo(), /undone/)
  assert.equal((await selectLag(bench.db)).unsealed, 0, 'a gap waits for nothing')
  const report = await bench.verify()
  assert.deepEqual([report.rows, report.unsealed, report.problems], [10, 0, []])
})

test('numbers that go back are noticed', async () => {
  await bench.append(5)
  const worker = bench.worker()
  await worker.seal()
  await bench.rows(`SELECT setval('audit_log_seq', 2)`)
  await assert.rejects(worker.seal(), /up to 5 were drawn and are forgotten/)
})

test('fifty writers and three sealers at once leave one sound chain', async () => {
  const workers = [1, 2, 3].map(() => bench.worker())
  let writing = true
  const sealing = workers.map(async (worker) => {
    while (writing) await worker.seal()
  })
  await Promise.all(Array.from({ length: 50 }, () => bench.append(6)))
  writing = false
  await Promise.all(sealing)
  await bench.seal()
  const report = await bench.verify()
  assert.deepEqual([report.rows, report.unsealed, report.problems], [300, 0, []])
})
