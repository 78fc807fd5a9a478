import assert from 'node:assert/strict'
import { test } from 'node:test'
import { within } from './detector.ts'
import { detectors } from './detectors.ts'
import {
  bergen,
  bob,
  cases,
  context,
  found,
  oslo,
  record,
  repeat,
  wrongPassword,
} from './detectors.fixture.ts'
import { distance, isImpossible } from './detectors/impossible-travel.ts'
import { weakened } from './detectors/policy-weakened.ts'
import { kinds } from './event.ts'
import { examine, looksAt } from './examine.ts'

for (const [name, records, expected] of cases) {
  test(`the monitor on ${name}`, () => assert.deepEqual(found(records), expected))
}

test('what was remembered in one batch counts in the next, until it expires', () => {
  const first = repeat(4, wrongPassword)
  const { memories } = examine(looksAt(detectors, first), [], { context, window: 3600 })
  const rest = (at: number) =>
    examine(looksAt(detectors, [record(wrongPassword(at))]), memories, { context, window: 3600 })
  assert.equal(rest(10).sightings.length, 1)
  assert.equal(rest(3000).sightings.length, 0)
})

test('the same thing after the window is another event', () => {
  const records = [0, 3599, 3600].map((at) => record({ action: 'refresh_token.reuse', at }))
  assert.deepEqual(found(records), [
    ['refresh_token_reuse', bob, 2],
    ['refresh_token_reuse', bob, 1],
  ])
})

test('a memory holds no more than the threshold', () => {
  const limits = { threshold: 3, window: 60 }
  assert.deepEqual(within([1000, 2000, 3000], 4000, limits), [2000, 3000, 4000])
  assert.deepEqual(within([1000, 2000], 62_000, limits), [62_000])
})

test('travel is impossible beyond the speed, and never judged for what is near', () => {
  const [a, b] = [oslo.point, bergen.point]
  assert.ok(a !== undefined && b !== undefined)
  const kilometres = distance(a, b)
  assert.ok(kilometres > 295 && kilometres < 310, String(kilometres))
  const limits = { travelSpeed: 900, travelDistance: 200 }
  assert.equal(isImpossible({ kilometres: 900, seconds: 3600 }, limits), false)
  assert.equal(isImpossible({ kilometres: 901, seconds: 3600 }, limits), true)
  assert.equal(isImpossible({ kilometres: 199, seconds: 0 }, limits), false)
})

test('every way to weaken a policy is seen', () => {
  const strict = {
    mode: 'required',
    roles: { admin: 'required' },
    factors: ['passkey'],
    enrolment_grace: 0,
    remember_device: 0,
    trusted_networks: [],
    passkeys: { user_verification: 'required', attestation: 'required' },
  }
  const lax = {
    mode: 'off',
    roles: {},
    factors: ['passkey', 'email_code'],
    enrolment_grace: 1,
    remember_device: 1,
    trusted_networks: ['10.0.0.0/8'],
    passkeys: { user_verification: 'preferred', attestation: 'none' },
  }
  assert.equal(weakened(strict, lax).length, 8)
  assert.deepEqual(weakened(lax, strict), [])
  assert.deepEqual(weakened(strict, strict), [])
})

test('every kind is found by something above', () => {
  const seen = new Set(cases.flatMap(([, records]) => found(records).map(([kind]) => kind)))
  assert.deepEqual(seen, new Set(Object.keys(kinds)))
})
