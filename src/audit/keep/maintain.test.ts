import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { manualClock, secureRandom } from '../../base/index.ts'
import type { AuditBench } from '../audit.fixture.ts'
import { auditBench } from '../audit.fixture.ts'
import { appendAudit } from '../append.ts'
import type { Maintained } from './maintain.ts'
import { maintainLog } from './maintain.ts'

let bench: AuditBench

before(async () => {
  bench = await auditBench()
})
after(() => bench?.close())
beforeEach(() => bench.clear())

async function appendAt(...moments: string[]): Promise<void> {
  for (const moment of moments) {
    const needs = { clock: manualClock(new Date(moment)), random: secureRandom }
    const entry = { actor: 'system', action: 'a.b', resource: 'c', outcome: 'success' } as const
    await appendAudit(needs, bench.db, entry)
  }
}

function maintain(now: string, retention: number): Promise<Maintained> {
  const { db, keys } = bench
  const log = {
    warn: (facts: object, words: string) => void bench.lines.push({ facts: { ...facts }, words }),
  }
  const clock = manualClock(new Date(now))
  return maintainLog({ db, clock, random: secureRandom, keys, retention, log })
}

const partitions = async () =>
  (
    await bench.rows<{ name: string }>(
      `SELECT tableoid::regclass::text AS name FROM audit_log ORDER BY seq`,
    )
  ).map(({ name }) => name)

test('months get partitions ahead of time, and rows that came earlier move into theirs', async () => {
  await appendAt('2030-01-31T23:59:59.999Z', '2030-02-01T00:00:00Z', '2031-12-31T12:00:00Z')
  await bench.seal()
  assert.deepEqual(
    await partitions(),
    [1, 2, 3].map(() => 'audit_log_default'),
  )
  const { added } = await maintain('2030-01-15T00:00:00Z', 0)
  assert.deepEqual(added, ['2030-01-01', '2030-02-01', '2030-03-01', '2031-12-01'])
  assert.deepEqual(await partitions(), [
    'audit_log_2030_01',
    'audit_log_2030_02',
    'audit_log_2031_12',
  ])
  assert.deepEqual((await maintain('2030-01-15T00:00:00Z', 0)).added, [])
  const { problems, rows, batches } = await bench.verify()
  assert.deepEqual([problems, rows, batches], [[], 3, 3], 'one batch a month')
  const indexes = await bench.rows(`SELECT 1 FROM pg_indexes WHERE tablename = 'audit_log_2030_01'`)
  assert.equal(indexes.length, 9)
})

test('retention drops whole sealed months, says so in the log, and the chain still verifies', async () => {
  const year = 365 * 86_400
  await appendAt('2032-01-05T00:00:00Z', '2032-01-31T00:00:00Z', '2032-02-01T00:00:00Z')
  await maintain('2032-01-15T00:00:00Z', year)
  assert.deepEqual(
    (await maintain('2033-01-31T00:00:00Z', year)).pruned.includes('2032-01-01'),
    false,
  )
  const early = await maintain('2033-02-01T01:00:00Z', year)
  assert.ok(!early.pruned.includes('2032-01-01'))
  assert.ok(
    bench.lines.some(
      ({ facts, words }) => facts.month === '2032-01-01' && /not sealed/.test(words),
    ),
  )
  await bench.seal()
  const { pruned } = await maintain('2033-02-01T01:00:00Z', year)
  assert.ok(pruned.includes('2032-01-01') && !pruned.includes('2032-02-01'))
  await bench.seal()
  const report = await bench.verify()
  assert.deepEqual([report.problems, report.rows], [[], 2])
  assert.deepEqual(
    report.pruned.map(({ month, rows }) => [month, rows]),
    [['2032-01-01', 2]],
  )
  assert.deepEqual(
    await bench.rows(`SELECT resource, details FROM audit_log WHERE action = 'audit.prune'`),
    [{ resource: 'audit:2032-01', details: { rows: 2, first_seq: 1, last_seq: 2 } }],
  )
  // A row that claims to be of that month later is a new one, and goes by itself.
  await appendAt('2032-01-20T00:00:00Z')
  await bench.seal()
  assert.deepEqual((await bench.verify()).problems, [])
  await maintain('2033-02-01T02:00:00Z', year)
  await bench.seal()
  assert.deepEqual((await bench.verify()).problems, [])
})

test('a deletion without a record is none of the rule, and a record cannot be forged', async () => {
  await appendAt('2032-05-05T00:00:00Z', '2032-06-05T00:00:00Z')
  await bench.seal()
  await bench.rows(`DELETE FROM audit_log WHERE created_at < '2032-06-01'`)
  assert.deepEqual(
    (await bench.verify()).problems.map(({ kind, seq }) => [kind, seq]),
    [['missing', 1]],
  )
  await bench.rows(
    `INSERT INTO audit_prunes SELECT '2032-05-01', 1, 1, mac, key_id, created_at FROM audit_batches LIMIT 1`,
  )
  const { problems } = await bench.verify()
  assert.deepEqual(
    problems.map(({ kind }) => kind),
    ['batch', 'missing'],
  )
})
