import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Failure, failures } from '../base/index.ts'
import type { Db, Reads } from './index.ts'
import { createDb, createReplica, dbFailures, queriesBy, sql } from './index.ts'
import { faultOf, reasonOf, Unfit } from './replica/fitness.ts'
import type { ScratchDatabase } from './scratch-database.ts'
import { scratchDatabase } from './scratch-database.ts'

let scratch: ScratchDatabase
let db: Db

before(async () => {
  scratch = await scratchDatabase(process.env.CARDEA_TEST_DATABASE_URL)
  db = createDb({ url: scratch.url, poolSize: 1 })
})
after(async () => {
  await db.close()
  await scratch.drop()
})

test('a replica is read only as a standby of the primary that has everything', () => {
  const sound = { standby: true, system: '7', caughtUp: true }
  assert.equal(faultOf(sound, '7'), undefined)
  assert.equal(faultOf({ ...sound, caughtUp: false }, '7'), 'behind')
  // Null where the standby does not replay, such as one that never got anything.
  assert.equal(faultOf({ ...sound, caughtUp: null }, '7'), 'behind')
  assert.equal(faultOf({ ...sound, system: '8' }, '7'), 'foreign')
  assert.equal(faultOf({ ...sound, standby: false }, '7'), 'foreign')
  assert.equal(faultOf(undefined, '7'), 'foreign')
})

test('what the read itself refuses is no fault of the replica, everything else is', () => {
  const coded = (code: string) => Object.assign(new Error('x'), { code })
  assert.equal(reasonOf(new Unfit('behind')), 'behind')
  assert.equal(reasonOf(coded('ECONNREFUSED')), 'away')
  assert.equal(reasonOf(new Error('timeout exceeded when trying to connect')), 'away')
  // A conflict with recovery, a statement over its time, a table that is not there yet.
  for (const code of ['40001', '57014', '42P01']) assert.equal(reasonOf(coded(code)), 'failed')
  assert.equal(reasonOf(dbFailures.unavailable()), undefined)
})

async function readThrough(url: string, work: (reads: Reads) => Promise<void>): Promise<string[]> {
  const told: string[] = []
  const onRead = (by: string, why: string) => told.push(`${by}: ${why}`)
  const replica = createReplica({ url, primary: db, onRead })
  try {
    await work(replica.reads)
    assert.equal(await replica.lag(), undefined)
  } finally {
    await replica.close()
  }
  return told
}

const read = (reads: Reads) => reads((queries) => queries.many(sql`SELECT 1 AS one`))

test('an address that leads to nobody, or to a primary, is left alone for a while and read around', async () => {
  for (const [url, why] of [
    ['postgresql://a:b@127.0.0.1:1/none', 'away'],
    [scratch.url, 'foreign'],
  ] as const) {
    const told = await readThrough(url, async (reads) => {
      assert.deepEqual(await read(reads), [{ one: 1 }])
      assert.deepEqual(await queriesBy(reads).maybe(sql`SELECT 2 AS two`), { two: 2 })
    })
    assert.deepEqual(told, [`primary: ${why}`, 'primary: resting'])
  }
})

test('what the work refuses comes through as it is', async () => {
  const { refused } = failures({ refused: ['refused', 400, 'No.'] })
  await readThrough(scratch.url, async (reads) => {
    const work = reads(async () => {
      throw refused()
    })
    await assert.rejects(work, (error) => error instanceof Failure && error.kind.code === 'refused')
  })
})
