import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGathering } from './gathering.ts'
import { pauseBefore, quickDeaths } from './replacement.ts'

test('a worker is replaced at once, and ever later when it dies again and again', () => {
  const pauses: number[] = []
  let deaths = 0
  for (let i = 0; i < 14; i += 1) {
    deaths = quickDeaths(deaths, 50)
    pauses.push(pauseBefore(deaths))
  }
  assert.deepEqual(pauses.slice(0, 5), [0, 100, 200, 400, 800])
  assert.equal(pauses.at(-1), 30_000)
  assert.equal(pauseBefore(quickDeaths(deaths, 60_000)), 0)
})

/** Workers of which each tells its number, or nothing. */
function crew(...told: (string | undefined)[]) {
  const members = told.map((words) => ({
    snapshot: () =>
      words === undefined ? Promise.reject(new Error('busy')) : Promise.resolve(words),
  }))
  const present = new Set(members)
  const gathering = createGathering({
    members: () => [...present],
    counts: () => ({ workers: present.size, restarts: 0 }),
  })
  return { members, present, gathering }
}

test('what a worker had counted stays when it is gone, once', async () => {
  const { members, present, gathering } = crew('a', 'b')
  const [a, b] = members
  assert.ok(a && b)
  assert.deepEqual((await gathering.gather()).live, ['a', 'b'])
  present.delete(a)
  gathering.gone(a)
  gathering.parting(b, 'b at last')
  present.delete(b)
  gathering.gone(b)
  const { live, past, edition } = await gathering.gather()
  assert.deepEqual([live, past], [[], ['a', 'b at last']])
  gathering.merged({ past: 'a+b', edition })
  assert.deepEqual((await gathering.gather()).past, ['a+b'])
  gathering.merged({ past: 'too late', edition })
  assert.deepEqual((await gathering.gather()).past, ['a+b'])
})

test('a worker that does not answer is left out, but not what it had counted', async () => {
  const { members, gathering } = crew('a', 'b')
  const [, b] = members
  assert.ok(b)
  await gathering.gather()
  b.snapshot = () => Promise.reject(new Error('busy'))
  const { live, past, edition } = await gathering.gather()
  assert.deepEqual([live, past, edition], [['a'], ['b'], -1])
  gathering.merged({ past: 'never', edition })
  b.snapshot = async () => 'b again'
  const after = await gathering.gather()
  assert.deepEqual([after.live, after.past], [['a', 'b again'], []])
})
