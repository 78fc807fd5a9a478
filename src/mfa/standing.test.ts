import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { FactorKind } from './factor.ts'
import type { Policy } from './policy/policy.ts'
import { defaultPolicy } from './policy/policy.ts'
import { standingWith } from './standing.fixture.ts'
import type { Standing } from './standing.ts'
import { countedFactors, isProtected, usableFactors } from './standing.ts'

const everything: Policy = {
  ...defaultPolicy,
  factors: ['passkey', 'totp', 'email_code', 'backup_code'],
}
const full = { passkeys: 1, totp: 1, emailCode: true, backupCodes: 10, emergency: true }

test('factors are offered best first, and what only stands in for one comes last', () => {
  const standing = standingWith(full)
  assert.deepEqual(countedFactors(standing, everything), ['passkey', 'totp', 'email_code'])
  const all: FactorKind[] = ['passkey', 'totp', 'email_code', 'backup_code', 'emergency_code']
  assert.deepEqual(usableFactors(standing, everything), all)
})

test('what counts and what may answer', () => {
  const cases: [
    why: string,
    has: Partial<Standing>,
    policy: Policy,
    counted: string[],
    usable: string[],
  ][] = [
    ['nothing', {}, everything, [], []],
    ['an app', { totp: 2 }, everything, ['totp'], ['totp']],
    ['backup codes alone', { backupCodes: 9 }, everything, [], []],
    [
      'an app with codes',
      { totp: 1, backupCodes: 9 },
      everything,
      ['totp'],
      ['totp', 'backup_code'],
    ],
    ['mail that is not allowed', { emailCode: true }, defaultPolicy, [], []],
    [
      'codes of a factor that is not allowed',
      { emailCode: true, backupCodes: 9 },
      defaultPolicy,
      [],
      [],
    ],
    ['an emergency code alone', { emergency: true }, everything, [], ['emergency_code']],
    [
      'an emergency code where nothing is allowed',
      full,
      { ...defaultPolicy, factors: [] },
      [],
      ['emergency_code'],
    ],
    [
      'codes that are not allowed',
      { totp: 1, backupCodes: 9 },
      { ...defaultPolicy, factors: ['totp'] },
      ['totp'],
      ['totp'],
    ],
  ]
  for (const [why, has, policy, counted, usable] of cases) {
    const standing = standingWith(has)
    assert.deepEqual(countedFactors(standing, policy), counted, why)
    assert.deepEqual(usableFactors(standing, policy), usable, why)
    assert.equal(isProtected(standing, policy), counted.length > 0, why)
  }
})

test('nothing that the policy forbids can answer, whatever somebody has', () => {
  const kinds = fc.subarray([...everything.factors])
  fc.assert(
    fc.property(kinds, fc.boolean(), fc.boolean(), fc.nat(2), (factors, mail, emergency, count) => {
      const standing = standingWith({
        passkeys: count,
        totp: count,
        backupCodes: count,
        emailCode: mail,
        emergency,
      })
      const usable = usableFactors(standing, { ...defaultPolicy, factors })
      const foreign = usable.filter((kind) => kind !== 'emergency_code' && !factors.includes(kind))
      assert.deepEqual(foreign, [])
      assert.equal(usable.includes('emergency_code'), emergency)
    }),
  )
})
