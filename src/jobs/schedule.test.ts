import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testDatabase } from '../../test/harness/database.ts'
import type { Db } from '../db/index.ts'
import { createDb } from '../db/index.ts'
import { createJobs, firstOffset } from './schedule.ts'
import { sweepInBatches } from './sweep.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let db: Db
const silent = { error: () => undefined }

before(async () => {
  database = await testDatabase()
  db = createDb({ url: database.url, poolSize: 10 })
})
after(async () => {
  await db?.close()
  await database?.close()
})

test('a failing run is logged and counted, and the next run comes all the same', async () => {
  const outcomes: string[] = []
  const logged: object[] = []
  const jobs = createJobs({
    db,
    log: { error: (facts) => logged.push(facts) },
    onRun: (job, outcome) => outcomes.push(`${job} ${outcome}`),
  })
  let runs = 0
  jobs.every('flaky', 0.005, async () => {
    runs += 1
    if (runs === 1) throw new Error('once')
  })
  jobs.start()
  while (runs < 3) await sleep(5)
  await jobs.stop()
  assert.deepEqual(outcomes.slice(0, 2), ['flaky failed', 'flaky done'])
  assert.equal(logged.length, 1)
})

test('a slow job never overlaps itself, and stop waits for it and ends the schedule', async () => {
  let active = 0
  let most = 0
  let finished = 0
  const jobs = createJobs({ db, log: silent })
  jobs.every('slow', 0.001, async () => {
    active += 1
    most = Math.max(most, active)
    await sleep(30)
    active -= 1
    finished += 1
  })
  jobs.start()
  await sleep(50)
  await jobs.stop()
  assert.equal(active, 0)
  assert.equal(most, 1)
  const before = finished
  await sleep(50)
  assert.equal(finished, before)
})

test('an exclusive job runs on one node at a time', async () => {
  let active = 0
  let most = 0
  const outcomes = new Set<string>()
  const nodes = Array.from({ length: 4 }, () => {
    const jobs = createJobs({ db, log: silent, onRun: (_job, outcome) => outcomes.add(outcome) })
    const run = async () => {
      active += 1
      most = Math.max(most, active)
      await sleep(20)
      active -= 1
    }
    jobs.every('sweep', 0.002, run, { exclusive: true })
    jobs.start()
    return jobs
  })
  await sleep(300)
  await Promise.all(nodes.map((jobs) => jobs.stop()))
  assert.equal(most, 1)
  assert.deepEqual([...outcomes].sort(), ['done', 'skipped'])
})

test('an exclusive job that fails with a lost connection is not run twice', async () => {
  let runs = 0
  const outcomes: string[] = []
  const jobs = createJobs({ db, log: silent, onRun: (_job, outcome) => outcomes.push(outcome) })
  const run = () => {
    runs += 1
    return Promise.reject(Object.assign(new Error('gone'), { code: '40001' }))
  }
  jobs.every('conflict', 0.3, run, { exclusive: true })
  jobs.start()
  while (outcomes.length === 0) await sleep(5)
  await jobs.stop()
  assert.equal(runs, 1)
  assert.deepEqual(outcomes, ['failed'])
})

test('a job that asks for it is run again soon, and learns that the server stops', async () => {
  const jobs = createJobs({ db, log: silent })
  let runs = 0
  let told: AbortSignal | undefined
  jobs.every('backlog', 0.05, async (end) => {
    runs += 1
    told = end
    return runs < 3 ? 'again' : 'done'
  })
  jobs.every('waiting', 0.01, async (end) => {
    if (!end.aborted) await once(end, 'abort')
  })
  jobs.start()
  while (runs < 3) await sleep(5)
  assert.equal(told?.aborted, false)
  await jobs.stop()
  assert.equal(told?.aborted, true)
})

test('first runs come soon, spread and always the same', () => {
  assert.equal(firstOffset({ name: 'a', seconds: 3 }), firstOffset({ name: 'a', seconds: 3 }))
  assert.notEqual(firstOffset({ name: 'a', seconds: 60 }), firstOffset({ name: 'b', seconds: 60 }))
  for (const seconds of [0.5, 10, 3600]) {
    const offset = firstOffset({ name: 'keys.refresh', seconds })
    assert.ok(offset > 0 && offset <= Math.min(seconds, 5))
  }
})

test('a sweep goes on while batches are full, but not for ever', async () => {
  let rows = 250
  const batch = async (limit: number) => {
    const deleted = Math.min(rows, limit)
    rows -= deleted
    return deleted
  }
  assert.equal(await sweepInBatches(batch, { limit: 100, maxBatches: 2 }), 200)
  assert.equal(await sweepInBatches(batch, { limit: 100, maxBatches: 9 }), 50)
  assert.equal(await sweepInBatches(batch, { limit: 100, maxBatches: 9 }), 0)
})
