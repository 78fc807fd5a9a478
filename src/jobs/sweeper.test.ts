import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sweep, SweepTime } from './sweeper.ts'
import { createSweeper } from './sweeper.ts'

/** A time that passes only in batches and pauses, and what happened in it. */
function bench() {
  const events: string[] = []
  const failures: object[] = []
  let now = 0
  const time: SweepTime = {
    stopwatch: () => {
      const start = now
      return () => now - start
    },
    pause: async (ms) => {
      now += ms
    },
  }
  /** A table with so many rows, each of which takes so long to delete. */
  const table = (name: string, rows: number, msPerRow: number): Sweep & { left: () => number } => {
    let left = rows
    return {
      table: name,
      left: () => left,
      remove: async (limit) => {
        const gone = Math.min(left, limit)
        left -= gone
        const ms = 0.3 + gone * msPerRow
        now += ms
        events.push(`${name} ${limit}`)
        return { rows: gone, ms }
      },
    }
  }
  const needs = {
    mostRows: 100_000,
    busy: () => false,
    log: { error: (facts: object) => void failures.push(facts) },
    time,
  }
  return { events, failures, table, needs, at: () => now }
}

const never = new AbortController().signal

test('a backlog is worked off in batches of about 50 ms, in 15 % of the time, and what is left is done soon', async () => {
  const { table, needs, at } = bench()
  const rows = table('sessions', 1_000_000, 0.02)
  let busyFor = 0
  const timed = {
    ...rows,
    remove: async (limit: number) => {
      const begun = at()
      const done = await rows.remove(limit)
      const took = at() - begun
      assert.ok(took < 101, `${took} ms for ${limit}`)
      busyFor += took
      return done
    },
  }
  const run = createSweeper({ ...needs, sweeps: [timed] })
  let runs = 1
  while ((await run(never)) === 'again') runs += 1
  assert.equal(rows.left(), 0)
  assert.ok(busyFor / at() < 0.16, `${busyFor} of ${at()} ms`)
  assert.ok(at() < 200_000, `${at()} ms`)
  assert.ok(runs > 5 && runs < 15, `${runs} runs`)
})

test('a table with much to do never keeps the others waiting for more than its batch', async () => {
  const { events, table, needs } = bench()
  const names = ['a', 'huge', 'b', 'c']
  const sweeps = names.map((name) => table(name, name === 'huge' ? 500 : 3, 1))
  await createSweeper({ ...needs, sweeps })(never)
  assert.deepEqual(events.slice(0, 4), ['a 100', 'huge 100', 'b 100', 'c 100'])
  assert.ok(events.slice(4).every((event) => event.startsWith('huge')))
})

test('a batch that was slow is followed by smaller ones, down to ten rows, and by a longer rest', async () => {
  const { events, table, needs } = bench()
  const slow = table('slow', 2000, 20)
  const run = createSweeper({ ...needs, sweeps: [slow] })
  assert.equal(await run(never), 'again')
  const sizes = events.map((event) => Number(event.split(' ')[1]))
  assert.deepEqual(sizes.slice(0, 5), [100, 50, 25, 13, 10])
})

test('a table that fails is told of and left for the next run, with smaller batches; the others go on', async () => {
  const { events, failures, table, needs } = bench()
  const failed: string[] = []
  let broken = true
  const bad: Sweep = {
    table: 'bad',
    remove: async (limit) => {
      events.push(`bad ${limit}`)
      if (broken) throw new Error('statement timeout')
      return { rows: 0, ms: 0.3 }
    },
  }
  const good = table('good', 250, 0.01)
  const onFailed = (name: string) => void failed.push(name)
  const run = createSweeper({ ...needs, sweeps: [bad, good], onFailed })
  assert.equal(await run(never), 'done')
  assert.equal(good.left(), 0)
  assert.deepEqual(failed, ['bad'])
  assert.equal(failures.length, 1)
  broken = false
  await run(never)
  assert.deepEqual(
    events.filter((event) => event.startsWith('bad')),
    ['bad 100', 'bad 50'],
  )
})

test('while requests wait the batches are smaller and the rests longer, but no table is left to grow', async () => {
  const { events, table, needs, at } = bench()
  const sweeps = [table('a', 20_000, 0.05), table('b', 20_000, 0.05)]
  const run = createSweeper({ ...needs, sweeps, busy: () => true })
  let runs = 1
  while ((await run(never)) === 'again') runs += 1
  const sizes = events.map((event) => Number(event.split(' ')[1]))
  assert.ok(Math.max(...sizes) < 310, 'rows in 15 ms')
  assert.ok(at() > 25_000 && at() < 28_000, `${at()} ms for 2 s of work`)
  assert.ok(runs >= 5, 'the connection goes back every five seconds')
})

test('the wait for a connection says nothing of how fast a table is', async () => {
  const { events, needs } = bench()
  const waits: Sweep = {
    table: 'a',
    remove: async (limit) => {
      events.push(`a ${limit}`)
      await needs.time.pause(400, never)
      return { rows: events.length < 5 ? limit : 0, ms: limit / 100 }
    },
  }
  await createSweeper({ ...needs, sweeps: [waits] })(never)
  assert.deepEqual(events, ['a 100', 'a 200', 'a 400', 'a 800', 'a 1600'])
})

test('a run ends within its batch when the server stops', async () => {
  const { events, table, needs } = bench()
  const end = new AbortController()
  const rows = table('a', 10_000, 0.01)
  const stopping = {
    ...rows,
    remove: async (limit: number) => {
      if (events.length === 2) end.abort()
      return rows.remove(limit)
    },
  }
  const run = createSweeper({ ...needs, sweeps: [stopping, table('b', 10_000, 0.01)] })
  assert.equal(await run(end.signal), 'done')
  assert.deepEqual(events, ['a 100', 'b 100', 'a 200'])
})
