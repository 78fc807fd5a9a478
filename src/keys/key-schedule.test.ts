import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addSeconds } from '../base/index.ts'
import type { Lifetime } from './key-schedule.ts'
import {
  isPublished,
  isRotationDue,
  keyState,
  maySign,
  nextAfter,
  retirement,
  signerAt,
} from './key-schedule.ts'

const start = new Date('2026-01-01T00:00:00Z')
const at = (seconds: number) => addSeconds(start, seconds)
const key = (kid: string, from: number, ends?: { signs: number; verify: number }): Lifetime => ({
  kid,
  alg: 'ES256',
  signsFrom: at(from),
  signsUntil: ends ? at(ends.signs) : null,
  verifyUntil: ends ? at(ends.verify) : null,
})
const old = key('old', 0, { signs: 100, verify: 200 })
const next = key('next', 100)

test('a key goes from next to signing to verifying to expired, each at its very moment', () => {
  const ending = key('k', 50, { signs: 100, verify: 200 })
  const states = [49, 50, 99, 100, 199, 200].map((s) => keyState(ending, at(s)))
  assert.deepEqual(states, ['next', 'signing', 'signing', 'verifying', 'verifying', 'expired'])
})

test('exactly one key signs at every moment of a hand-over', () => {
  assert.equal(signerAt([next, old], 'ES256', at(99))?.kid, 'old')
  assert.equal(signerAt([next, old], 'ES256', at(100))?.kid, 'next')
  assert.equal(signerAt([old], 'ES256', at(100)), undefined)
  assert.equal(signerAt([old, next], 'RS256', at(50)), undefined)
})

test('of two keys that sign the newer does', () => {
  assert.equal(signerAt([key('b', 10), key('a', 0)], 'ES256', at(20))?.kid, 'b')
})

test('a node whose clock lags uses the very first key all the same', () => {
  assert.equal(signerAt([next, key('first', 0)], 'ES256', at(-5))?.kid, 'first')
})

test('the next key and the retired key are published, the expired is not', () => {
  assert.ok(isPublished(next, at(0)))
  assert.ok(isPublished(old, at(199)))
  assert.ok(!isPublished(old, at(200)))
  assert.ok(maySign(next, at(0)))
  assert.ok(!maySign(old, at(100)))
})

test('a rotation is due one lead before the end of the term, unless the next key is there', () => {
  const rule = { publishLead: 10, rotateEvery: 100 }
  const due = (keys: Lifetime[], seconds: number) =>
    isRotationDue(keys, 'ES256', { now: at(seconds), rule })
  assert.ok(!due([key('only', 0)], 89))
  assert.ok(due([key('only', 0)], 90))
  assert.ok(due([key('only', 0)], 5000))
  assert.ok(!due([old, next], 95))
  assert.ok(!due([], 95))
})

test('a key is still published when the last token it signed expires', () => {
  const end = retirement(at(100), 3600)
  assert.deepEqual(end.signsUntil, at(100))
  assert.ok(end.verifyUntil >= at(100 + 3600))
})

test('the successor is one of the same algorithm that does not sign yet', () => {
  assert.equal(nextAfter([old, next], old, at(50))?.kid, 'next')
  assert.equal(nextAfter([old, { ...next, alg: 'RS256' }], old, at(50)), undefined)
  assert.equal(nextAfter([next], next, at(50)), undefined)
})
