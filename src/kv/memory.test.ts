import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { manualClock } from '../base/index.ts'
import { createExpiryQueue } from './expiry-queue.ts'
import { createMemoryKv } from './memory.ts'

test('a full store evicts the entry nearest to its expiry', async () => {
  const kv = createMemoryKv({ clock: manualClock(new Date(0)), maxEntries: 3 })
  await kv.set('long', 'v', 300)
  await kv.set('short', 'v', 100)
  await kv.set('middle', 'v', 200)
  await kv.set('middle', 'w', 200)
  assert.equal(await kv.get('short'), 'v', 'overwriting needs no room')
  await kv.set('new', 'v', 50)
  assert.equal(await kv.get('short'), undefined)
  for (const key of ['long', 'middle', 'new']) assert.notEqual(await kv.get(key), undefined)
})

test('an entry that was renewed is not evicted for its former lifetime', async () => {
  const kv = createMemoryKv({ clock: manualClock(new Date(0)), maxEntries: 2 })
  await kv.set('renewed', 'v', 1)
  await kv.set('renewed', 'v', 100)
  await kv.set('other', 'v', 50)
  await kv.set('new', 'v', 70)
  assert.equal(await kv.get('renewed'), 'v')
  assert.equal(await kv.get('other'), undefined)
})

test('a full store gives up its expired entries before any other', async () => {
  const clock = manualClock(new Date(0))
  const kv = createMemoryKv({ clock, maxEntries: 100 })
  await kv.set('lasting', 'v', 10_000)
  for (let i = 0; i < 99; i += 1) await kv.set(`old ${i}`, 'v', 1)
  clock.advance(2)
  for (let i = 0; i < 99; i += 1) await kv.set(`new ${i}`, 'v', 10)
  assert.equal(await kv.get('lasting'), 'v')
  for (let i = 0; i < 99; i += 1) assert.equal(await kv.get(`new ${i}`), 'v')
})

test('the store behaves as a map of the entries alive, whatever happens to it', async () => {
  const step = fc.record({
    act: fc.constantFrom('set', 'add', 'take', 'delete', 'replace', 'pass'),
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    seconds: fc.integer({ min: 1, max: 10 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 200 }), async (steps) => {
      const clock = manualClock(new Date(0))
      const kv = createMemoryKv({ clock, maxEntries: 4 })
      const model = new Map<string, { value: string; end: number }>()
      let now = 0
      for (const [i, { act, key, seconds }] of steps.entries()) {
        const entry = model.get(key)
        const held = entry !== undefined && entry.end > now ? entry.value : undefined
        const next = { value: `${i}`, end: now + seconds }
        assert.equal(await kv.get(key), held)
        if (act === 'pass') {
          clock.advance(seconds)
          now += seconds
        }
        if (act === 'set') await kv.set(key, next.value, seconds)
        if (act === 'add') assert.equal(await kv.add(key, next.value, seconds), held === undefined)
        if (act === 'take') assert.equal(await kv.take(key), held)
        if (act === 'delete') await kv.delete(key)
        if (act === 'replace') {
          const matches = await kv.replace(key, next.value, seconds, held ?? 'absent')
          assert.equal(matches, held !== undefined)
        }
        if (act === 'take' || act === 'delete') model.delete(key)
        if (act === 'set' || (act === 'add' && !held) || (act === 'replace' && held)) {
          model.set(key, next)
        }
      }
    }),
  )
})

test('the expiry queue gives back what it was given, the nearest expiry first', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.nat(50), (times, least) => {
      const queue = createExpiryQueue()
      for (const expiresAt of times) queue.push({ expiresAt })
      queue.keep((item) => item.expiresAt >= least)
      queue.push({ expiresAt: 7 })
      const wanted = [...times.filter((time) => time >= least), 7].sort((a, b) => a - b)
      assert.equal(queue.size(), wanted.length)
      assert.deepEqual(
        wanted.map(() => queue.pop()?.expiresAt),
        wanted,
      )
      assert.equal(queue.pop(), undefined)
    }),
  )
})

test('churn of a few keys does not grow the queue without bound', async () => {
  const kv = createMemoryKv({ clock: manualClock(new Date(0)), maxEntries: 10 })
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 300_000; i += 1) await kv.set('k', 'v'.repeat(10), 3600)
  assert.ok(process.memoryUsage().heapUsed - before < 60_000_000)
})
