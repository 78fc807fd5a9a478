import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addSeconds } from '../../base/index.ts'
import { begun, readBucket, takenBack, waitFor, writeBucket } from './delay.ts'

const now = new Date('2030-01-01T00:00:00Z')
const rules = { free: 5, longest: 60 }

const cases: readonly (readonly [failures: number, secondsAgo: number, wait: number])[] = [
  [0, 0, 0],
  [4, 0, 0],
  [5, 0, 1],
  [5, 0.25, 0.75],
  [5, 1, 0],
  [6, 0, 2],
  [6, 1, 1],
  [7, 0, 4],
  [8, 10, 0],
  [10, 0, 32],
  [11, 0, 60],
  [11, 59, 1],
  [11, 60, 0],
  [5000, 0, 60],
  [5000, 3600, 0],
  [6, -5, 7], // a clock of another node that is ahead
]

for (const [failures, ago, wait] of cases) {
  test(`after ${failures} failures, ${ago} s ago, the next attempt waits ${wait} s`, () => {
    assert.equal(waitFor({ failures, last: addSeconds(now, -ago) }, rules, now), wait)
  })
}

test('who has never failed does not wait', () => {
  assert.equal(waitFor(undefined, rules, now), 0)
})

test('an attempt counts when it begins and is taken back when it succeeds', () => {
  const once = begun(undefined, now)
  assert.deepEqual(once, { failures: 1, last: now })
  const twice = begun(once, addSeconds(now, 3))
  assert.deepEqual(twice, { failures: 2, last: addSeconds(now, 3) })
  assert.equal(takenBack(twice)?.failures, 1)
  assert.equal(takenBack(undefined), undefined)
  assert.equal(takenBack({ failures: 0, last: now }), undefined)
})

test('a bucket is read as it was written, and anything else is none', () => {
  const bucket = { failures: 12, last: now }
  assert.deepEqual(readBucket(writeBucket(bucket)), bucket)
  for (const text of [undefined, '', '1', '1@', '-1@1', '1@x', 'NaN@1']) {
    assert.equal(readBucket(text), undefined)
  }
})
