import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { Type } from 'typebox'
import { addSeconds, newId, secureRandom } from '../base/index.ts'
import { errorWords } from './error-words.ts'
import type { JobKind, Queue } from './index.ts'
import {
  dropDeadJob,
  GiveUp,
  listDeadJobs,
  queueDepth,
  retryAllDeadJobs,
  retryDeadJob,
  sweepDeadJobs,
} from './index.ts'
import { greet, queueBench } from './queue.fixture.ts'

const bench = await queueBench()
const { db, clock, makeQueue, rows } = bench
after(() => bench.close())
beforeEach(() => bench.clear())

async function fail(queue: Queue, times = 3): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    await queue.drain()
    clock.advance(3600)
  }
}

test('after the last attempt a job is a dead letter that says why, but not what it says', async () => {
  const outcomes: string[] = []
  const queue = makeQueue({
    run: async ({ name }) => {
      throw new Error(`"${name}" <perla@example.com> has no https://example.com/x?token=1`)
    },
    onRun: (kind, outcome) => outcomes.push(`${kind} ${outcome}`),
  })
  await queue.add(db, greet, { name: 'Perla' })
  await fail(queue, 5)
  assert.deepEqual(outcomes, ['test.greet failed', 'test.greet failed', 'test.greet dead'])
  const [dead, ...others] = await listDeadJobs(db, 10)
  assert.deepEqual(others, [])
  assert.equal(dead?.kind, 'test.greet')
  assert.equal(dead.attempts, 3)
  assert.equal(dead.lastError, '[value] <[address]> has no [link]')
  assert.deepEqual(Object.keys(dead).sort(), [
    'attempts',
    'createdAt',
    'diedAt',
    'id',
    'kind',
    'lastError',
  ])
  assert.deepEqual(await queueDepth(db), { waiting: 0, dead: 1 })
})

test('an error that is kept is short and has nothing of a payload', () => {
  assert.equal(errorWords(new Error(`x${'\n'.repeat(3)}y`)), 'x y')
  assert.equal(errorWords(new Error('z'.repeat(5000))).length, 200)
  assert.equal(errorWords('thrown text'), 'something was thrown that is no error')
  assert.equal(errorWords(new Error('a\0b')), 'ab')
})

test('a handler that gives up makes a dead letter at once', async () => {
  const queue = makeQueue({ run: () => Promise.reject(new GiveUp('there is no such mailbox')) })
  await queue.add(db, greet, { name: 'Perla' })
  assert.equal(await queue.drain(), 1)
  assert.equal((await listDeadJobs(db, 10))[0]?.lastError, 'there is no such mailbox')
})

test('a dead letter can be tried again, with all its attempts, or dropped', async () => {
  let broken = true
  const done: string[] = []
  const queue = makeQueue({
    run: async ({ name }) => {
      if (broken) throw new Error('broken')
      done.push(name)
    },
  })
  for (const name of ['a', 'b', 'c', 'd']) await queue.add(db, greet, { name })
  await fail(queue)
  const [first, second] = await listDeadJobs(db, 10)
  assert.ok(first && second)
  assert.equal(await retryDeadJob(db, first.id, clock.now()), true)
  assert.equal(await retryDeadJob(db, first.id, clock.now()), false, 'it is no longer dead')
  assert.equal(await dropDeadJob(db, first.id), false, 'what waits cannot be dropped')
  await queue.drain()
  assert.equal((await listDeadJobs(db, 10)).length, 3, 'it has three attempts again')
  assert.equal(await dropDeadJob(db, second.id), true)
  broken = false
  assert.equal(await retryAllDeadJobs(db, clock.now()), 2)
  clock.advance(60)
  assert.equal(await queue.drain(), 3)
  assert.equal(done.length, 3)
  assert.deepEqual(await queueDepth(db), { waiting: 0, dead: 0 })
})

test('dead letters are swept when they are old, what waits never is', async () => {
  const queue = makeQueue({ run: () => Promise.reject(new GiveUp('never')) })
  await queue.add(db, greet, { name: 'dead' })
  await queue.drain()
  await queue.add(db, greet, { name: 'waiting' })
  assert.equal(await sweepDeadJobs(db, clock.now(), 100), 0)
  assert.equal(await sweepDeadJobs(db, addSeconds(clock.now(), 1), 100), 1)
  assert.deepEqual(await queueDepth(db), { waiting: 1, dead: 0 })
})

test('a job that takes the process down each time is dead in the end, without another attempt', async () => {
  const queue = makeQueue({ run: () => assert.fail('it was begun') })
  await queue.add(db, greet, { name: 'Perla' })
  await rows('UPDATE queued_jobs SET attempts = 3')
  assert.equal(await queue.drain(), 1)
  assert.equal((await listDeadJobs(db, 10))[0]?.lastError, 'every attempt was cut short')
})

test('the payload cannot be read in the table, nor moved to another row', async () => {
  const queue = makeQueue({ run: () => assert.fail('it was opened') })
  await queue.add(db, greet, { name: 'a-very-secret-link' })
  const [row] = await rows('SELECT * FROM queued_jobs')
  const everything = JSON.stringify(row)
  assert.ok(!everything.includes('secret'))
  assert.ok(!everything.includes(Buffer.from('secret').toString('hex')))
  assert.match(String(row?.payload), /^v1\./)
  await rows(`UPDATE queued_jobs SET id = '${newId(clock, secureRandom)}'`)
  await queue.drain()
  assert.equal((await listDeadJobs(db, 10))[0]?.lastError, 'the payload cannot be opened')
})

test('a payload that is damaged or of another shape is a dead letter at once', async () => {
  const queue = makeQueue({ run: () => assert.fail('it was done') })
  await queue.add(db, greet, { name: 'Perla' })
  await rows(`UPDATE queued_jobs SET payload = 'v1.garbage'`)
  await queue.drain()
  const other: JobKind<{ age: number }> = { ...greet, schema: Type.Object({ age: Type.Number() }) }
  await queue.add(db, other, { age: 3 })
  await queue.drain()
  const words = (await listDeadJobs(db, 10)).map(({ lastError }) => lastError ?? '')
  assert.deepEqual(words.sort(), [
    'the payload cannot be opened',
    'the payload is not what the kind needs',
  ])
})
