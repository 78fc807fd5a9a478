import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { backOff } from './back-off.ts'
import type { JobKind } from './index.ts'
import { GiveUp, listDeadJobs, queueDepth } from './index.ts'
import type { Greeting } from './queue.fixture.ts'
import { greet, queueBench } from './queue.fixture.ts'

const bench = await queueBench()
const { db, clock, makeQueue, rows } = bench
after(() => bench.close())
beforeEach(() => bench.clear())

test('a job is done after its transaction was committed, once, and leaves nothing behind', async () => {
  const done: string[] = []
  const queue = makeQueue({ run: async ({ name }) => void done.push(name) })
  await db.transaction(async (tx) => {
    await queue.add(tx, greet, { name: 'Perla' })
    assert.equal(await queue.drain(), 0, 'nothing is there before the commit')
  })
  assert.equal(await queue.drain(), 1)
  assert.equal(await queue.drain(), 0)
  assert.deepEqual(done, ['Perla'])
  assert.deepEqual(await queueDepth(db), { waiting: 0, dead: 0 })
})

test('a job of a transaction that was rolled back is never done', async () => {
  const queue = makeQueue({ run: () => assert.fail('it was done') })
  const undone = db.transaction(async (tx) => {
    await queue.add(tx, greet, { name: 'Perla' })
    throw new Error('changed my mind')
  })
  await assert.rejects(undone, /changed my mind/)
  assert.equal(await queue.drain(), 0)
  assert.deepEqual(await queueDepth(db), { waiting: 0, dead: 0 })
})

test('a started queue does a new job soon, without a poll', async () => {
  let finish = () => {}
  const done = new Promise<void>((resolve) => {
    finish = resolve
  })
  const queue = makeQueue({ run: async () => finish() })
  queue.start()
  await sleep(50)
  const began = performance.now()
  await db.transaction((tx) => queue.add(tx, greet, { name: 'Perla' }))
  await done
  assert.ok(performance.now() - began < 1500, 'sooner than the poll of two seconds')
})

test('a started queue finds what another process has added', async () => {
  const done: string[] = []
  const worker = makeQueue({ run: async ({ name }) => void done.push(name) })
  worker.start()
  await sleep(20)
  await makeQueue().add(db, greet, { name: 'from elsewhere' })
  for (let i = 0; i < 250 && done.length === 0; i += 1) await sleep(20)
  assert.deepEqual(done, ['from elsewhere'])
})

test('a job that fails is tried again later, by the clock of the server, and each time later', async () => {
  const attempts: number[] = []
  const queue = makeQueue({
    run: async (_payload, { attempt }) => {
      attempts.push(attempt)
      if (attempt < 3) throw new Error('not yet')
    },
  })
  await queue.add(db, greet, { name: 'Perla' })
  assert.equal(await queue.drain(), 1)
  assert.equal(await queue.drain(), 0, 'not at once')
  clock.advance(7)
  assert.equal(await queue.drain(), 0)
  clock.advance(6)
  assert.equal(await queue.drain(), 1)
  clock.advance(21)
  assert.equal(await queue.drain(), 0, 'the second wait is longer than the first')
  clock.advance(18)
  assert.equal(await queue.drain(), 1)
  assert.deepEqual(attempts, [1, 2, 3])
  assert.deepEqual(await queueDepth(db), { waiting: 0, dead: 0 })
})

test('the wait between attempts grows to an hour and is spread by chance', () => {
  const random = (byte: number) => ({ bytes: (length: number) => Buffer.alloc(length, byte) })
  assert.deepEqual(
    [1, 2, 3, 4, 7, 50].map((attempt) => backOff(attempt, random(0))),
    [7.5, 22.5, 67.5, 202.5, 2700, 2700],
  )
  assert.equal(backOff(1, random(255)), 12.5)
})

test('two queues share fifty jobs, and each is done exactly once', async () => {
  const done: string[] = []
  const run = async ({ name }: Greeting) => {
    done.push(name)
    await sleep(5)
  }
  const both = [makeQueue({ run }), makeQueue({ run })]
  const names = Array.from({ length: 50 }, (_, i) => `job ${i}`)
  await db.transaction(async (tx) => {
    for (const name of names) await both[0]?.add(tx, greet, { name })
  })
  const counts = await Promise.all(both.map((queue) => queue.drain()))
  assert.deepEqual(done.sort(), names.sort())
  assert.equal((counts[0] ?? 0) + (counts[1] ?? 0), 50)
  assert.ok(
    counts.every((count) => count > 0),
    'both had a share',
  )
})

test('a started queue does many jobs, not more than four at a time, and stop waits for them', async () => {
  let active = 0
  let most = 0
  let finished = 0
  const queue = makeQueue({
    run: async () => {
      active += 1
      most = Math.max(most, active)
      await sleep(10)
      active -= 1
      finished += 1
    },
  })
  for (let i = 0; i < 20; i += 1) await queue.add(db, greet, { name: `${i}` })
  queue.start()
  while (finished < 9) await sleep(2)
  await queue.stop()
  assert.equal(active, 0)
  assert.equal(most, 4)
  const { waiting } = await queueDepth(db)
  assert.equal(waiting, 20 - finished)
  assert.ok(waiting > 0, 'what was not begun stays')
  await sleep(50)
  assert.equal((await queueDepth(db)).waiting, waiting)
})

test('the job of a process that died is taken over when its lease has run out', async () => {
  let dying = true
  const died: (() => void)[] = []
  const dead = makeQueue({
    run: () => new Promise<void>((resolve) => died.push(resolve)),
  })
  const done: number[] = []
  const heir = makeQueue({
    run: async (_payload, { attempt }) => void done.push(attempt),
  })
  await dead.add(db, greet, { name: 'Perla' })
  dead.start()
  while (dying) {
    dying = died.length === 0
    await sleep(5)
  }
  assert.equal(await heir.drain(), 0, 'it is leased')
  clock.advance(119)
  assert.equal(await heir.drain(), 0)
  clock.advance(2)
  assert.equal(await heir.drain(), 1)
  assert.deepEqual(done, [2])
  for (const resolve of died) resolve()
})

test('a process that lost its lease does not undo what the heir has done', async () => {
  const release: (() => void)[] = []
  const slow = makeQueue({
    run: () =>
      new Promise<void>((_resolve, reject) => release.push(() => reject(new Error('too late')))),
  })
  await slow.add(db, greet, { name: 'Perla' })
  const draining = slow.drain()
  while (release.length === 0) await sleep(2)
  clock.advance(121)
  const heir = makeQueue({ run: () => Promise.reject(new GiveUp('by the heir')) })
  assert.equal(await heir.drain(), 1)
  for (const end of release) end()
  await draining
  assert.equal((await listDeadJobs(db, 10))[0]?.lastError, 'by the heir')
})

test('a kind that this process does not know is left to others', async () => {
  const stranger: JobKind<Greeting> = { ...greet, name: 'test.strange' }
  const queue = makeQueue()
  await queue.add(db, stranger, { name: 'Perla' })
  assert.equal(await queue.drain(), 0)
  assert.equal(await makeQueue({ kind: stranger }).drain(), 1)
})

test('a job may add another one, and drain does both', async () => {
  const done: string[] = []
  const queue = makeQueue({
    run: async ({ name }) => {
      done.push(name)
      if (name === 'first') await queue.add(db, greet, { name: 'second' })
    },
  })
  await queue.add(db, greet, { name: 'first' })
  assert.equal(await queue.drain(), 2)
  assert.deepEqual(done, ['first', 'second'])
})

test('a kind has one handler', () => {
  const queue = makeQueue()
  assert.throws(() => queue.handle(greet, async () => undefined), /has a handler already/)
})

test('a job that takes longer than its lease keeps it for as long as it runs', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const release: (() => void)[] = []
  t.after(() => {
    for (const end of release) end()
  })
  const slow = makeQueue({ run: () => new Promise<void>((resolve) => release.push(resolve)) })
  await slow.add(db, greet, { name: 'Perla' })
  const draining = slow.drain()
  while (release.length === 0) await sleep(2)
  clock.advance(100)
  t.mock.timers.tick(30_000)
  const extended = new Date(clock.now().getTime() + 120_000)
  const leasedUntil = async () => (await rows('SELECT leased_until FROM queued_jobs'))[0]
  for (let i = 0; i < 200; i += 1) {
    if (String((await leasedUntil())?.leased_until) === String(extended)) break
    await sleep(5)
  }
  clock.advance(100)
  const heir = makeQueue({ run: () => assert.fail('it was done twice') })
  assert.equal(await heir.drain(), 0)
  for (const end of release) end()
  assert.equal(await draining, 1)
})

test('a clock that jumps does not make a process take its own job again', async () => {
  const release: (() => void)[] = []
  const queue = makeQueue({ run: () => new Promise<void>((resolve) => release.push(resolve)) })
  await queue.add(db, greet, { name: 'Perla' })
  const draining = queue.drain()
  while (release.length === 0) await sleep(2)
  clock.advance(3600)
  queue.start()
  await sleep(60)
  assert.equal(release.length, 1)
  for (const end of release) end()
  assert.equal(await draining, 1)
})
