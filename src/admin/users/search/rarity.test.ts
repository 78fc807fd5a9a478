import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needleOf } from './person-filter.ts'
import { effortOf } from './rarity.ts'

const sample = Array.from({ length: 100 }, (_, i) => {
  const name = i % 2 === 0 ? 'ada' : 'grace'
  return `\n${name}${i}\n${name}${i}@example.com\n${name} ${i % 4 < 2 ? 'hopper' : 'turing'}`
})

test('a text is judged by all its letters together, and by the rarest of them', () => {
  const expected: [q: string, candidates: number, entries: number][] = [
    ['example', 1, 1],
    // Its letters are everywhere, although the text is nowhere.
    ['mple.examp', 1, 1],
    ['ada hopper', 0.25, 0.5],
    ['grace turing', 0.25, 0.5],
    ['nobody', 0, 0],
    ['ada42@example', 0.01, 0.01],
    // At the beginning of a word only.
    ['gr', 0.5, 0.5],
    ['ra', 0, 0],
    // Nothing that three letters at a time could tell.
    ['@', 1, 1],
    ['a.b', 1, 1],
  ]
  for (const [q, candidates, entries] of expected) {
    const needle = needleOf(q, true)
    assert.ok(needle)
    assert.deepEqual(effortOf(sample, needle), { candidates, entries }, q)
  }
  const needle = needleOf('nobody', true)
  assert.ok(needle)
  assert.deepEqual(effortOf([], needle), { candidates: 1, entries: 1 })
})
