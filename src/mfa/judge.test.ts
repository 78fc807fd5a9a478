import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { addSeconds } from '../base/index.ts'
import type { Assurance, Exemption } from './assurance.ts'
import { acrValues, assuranceOf, levelOf, levels, meets } from './assurance.ts'
import type { AcrWish, Judgement, Situation } from './judge.ts'
import { graceOf, judge, ownLevel, reachesOwnLevel } from './judge.ts'
import type { Mode, Policy } from './policy/policy.ts'
import { defaultPolicy } from './policy/policy.ts'
import { standingWith } from './standing.fixture.ts'
import type { Standing } from './standing.ts'
import { isProtected, usableFactors } from './standing.ts'

const now = new Date('2030-01-01T00:00:00Z')
const at = now.getTime()
const modes: readonly Mode[] = ['off', 'optional', 'required']
const later = addSeconds(now, 3600)
const before = addSeconds(now, -1)

const password = assuranceOf({ kind: 'password', at })
const two: Assurance = { acr: levels[2], amr: ['pwd', 'otp', 'mfa'], authTime: at }
const exempt = (exemption: Exemption): Assurance => ({ ...password, exemption })

type Parts = { policy?: Partial<Policy>; mode?: Mode; has?: Partial<Standing> }

function situation({ policy, mode = 'optional', has }: Parts): Situation {
  return { policy: { ...defaultPolicy, ...policy }, mode, standing: standingWith(has), now }
}

const pass: Judgement = { do: 'pass' }
const refuse: Judgement = { do: 'refuse' }
const app = { totp: 1 }
const enrol: Judgement = { do: 'enrol', kinds: ['passkey', 'totp'] }

test('what the policy asks for', () => {
  const cases: [why: string, parts: Parts, proved: Assurance, judgement: Judgement][] = [
    ['nobody is asked where it is off', { mode: 'off', has: app }, password, pass],
    ['who has none, where it is up to them', {}, password, pass],
    ['who has one', { has: app }, password, { do: 'factor', kinds: ['totp'] }],
    ['who has shown it', { has: app }, two, pass],
    ['who is required and has none yet', { mode: 'required' }, password, pass],
    ['grace that goes on', { mode: 'required', has: { graceUntil: later } }, password, pass],
    ['grace that is over', { mode: 'required', has: { graceUntil: before } }, password, enrol],
    ['grace to the second', { mode: 'required', has: { graceUntil: now } }, password, enrol],
    ['no grace at all', { mode: 'required', policy: { enrolment_grace: 0 } }, password, enrol],
    [
      'grace that was taken away meanwhile',
      { mode: 'required', policy: { enrolment_grace: 0 }, has: { graceUntil: later } },
      password,
      enrol,
    ],
    ['an administrator asks', { has: { mustEnrol: true, graceUntil: later } }, password, enrol],
    [
      'an administrator asks, where it is off',
      { mode: 'off', has: { mustEnrol: true } },
      password,
      enrol,
    ],
    ['who was asked and has one', { has: { ...app, mustEnrol: true } }, two, pass],
    [
      'a factor that counts no more',
      { mode: 'required', has: { ...app, graceUntil: before }, policy: { factors: ['passkey'] } },
      password,
      { do: 'enrol', kinds: ['passkey'] },
    ],
    [
      'nothing can be set up',
      { mode: 'required', policy: { factors: [], enrolment_grace: 0 } },
      password,
      refuse,
    ],
    ['a remembered browser', { has: app }, exempt('remembered_device'), pass],
    ['a trusted network', { has: app }, exempt('trusted_network'), pass],
    ['an emergency code', { has: app }, exempt('emergency'), pass],
    [
      'an emergency code where a factor is owed',
      { mode: 'required', policy: { enrolment_grace: 0 } },
      exempt('emergency'),
      pass,
    ],
    [
      'a remembered browser where a factor is owed',
      { mode: 'required', policy: { enrolment_grace: 0 } },
      exempt('remembered_device'),
      enrol,
    ],
  ]
  for (const [why, parts, proved, judgement] of cases) {
    assert.deepEqual(judge(situation(parts), proved), judgement, why)
  }
})

const wish = (values: readonly string[], essential = false): AcrWish => ({ values, essential })

test('OIDC Core §5.5.1.1: what an application wishes for beyond the policy', () => {
  const off: Parts = { mode: 'off', has: app }
  const key: Parts = { mode: 'off', has: { passkeys: 1 } }
  const cases: [why: string, Parts, Assurance, AcrWish, Judgement][] = [
    ['what is met', off, two, wish(['aal2'], true), pass],
    ['no value at all', off, password, wish([], true), pass],
    ['a step up', off, password, wish(['aal2']), { do: 'factor', kinds: ['totp'] }],
    ['any of several will do', off, two, wish(['aal3', 'aal2'], true), pass],
    ['voluntary and out of reach', off, two, wish(['aal3']), pass],
    [
      'essential, and a key can be set up',
      off,
      two,
      wish(['aal3'], true),
      { do: 'enrol', kinds: ['passkey'] },
    ],
    [
      'ASVS 7.5.1: the factor there is comes before a new one',
      off,
      password,
      wish(['aal3'], true),
      { do: 'factor', kinds: ['totp'] },
    ],
    ['essential, without any factor', { mode: 'off' }, password, wish(['aal2'], true), enrol],
    [
      'essential and beyond everything allowed',
      { mode: 'off', policy: { factors: ['totp'] } },
      password,
      wish(['phr'], true),
      refuse,
    ],
    ['essential and unknown', off, two, wish(['gold'], true), refuse],
    ['voluntary and unknown', off, password, wish(['gold']), pass],
    ['phishing resistance', key, password, wish(['phr']), { do: 'factor', kinds: ['passkey'] }],
    ['a copied key is not in hardware', key, password, wish(['phrh']), pass],
    [
      'a key in hardware is',
      { mode: 'off', has: { passkeys: 1, deviceBoundPasskeys: 1 } },
      password,
      wish(['phrh']),
      { do: 'factor', kinds: ['passkey'] },
    ],
    [
      'a remembered browser is no second factor for an application',
      { has: app },
      exempt('remembered_device'),
      wish(['aal2'], true),
      { do: 'factor', kinds: ['totp'] },
    ],
    [
      'an emergency code answers no wish',
      { has: { ...app, emergency: true } },
      exempt('emergency'),
      wish(['aal2'], true),
      { do: 'factor', kinds: ['totp'] },
    ],
  ]
  for (const [why, parts, proved, wished, judgement] of cases) {
    assert.deepEqual(judge(situation(parts), proved, wished), judgement, why)
  }
})

test('the policy comes before the wish', () => {
  const due = situation({ mode: 'required', policy: { enrolment_grace: 0 } })
  assert.deepEqual(judge(due, password, wish(['aal1'])), enrol)
})

const anySituation: fc.Arbitrary<Situation> = fc
  .record({
    mode: fc.constantFrom(...modes),
    factors: fc.subarray(['passkey', 'totp', 'email_code', 'backup_code'] as const),
    grace: fc.constantFrom(0, 3600),
    standing: fc.record({
      passkeys: fc.nat(1),
      totp: fc.nat(1),
      emailCode: fc.boolean(),
      backupCodes: fc.nat(1),
      emergency: fc.boolean(),
      mustEnrol: fc.boolean(),
      graceUntil: fc.constantFrom(null, before, later),
    }),
    deviceBound: fc.boolean(),
  })
  .map(({ mode, factors, grace, standing, deviceBound }) =>
    situation({
      mode,
      policy: { factors, enrolment_grace: grace },
      has: { ...standing, deviceBoundPasskeys: deviceBound ? standing.passkeys : 0 },
    }),
  )
const anyAssurance: fc.Arbitrary<Assurance> = fc
  .record({
    acr: fc.constantFrom(levels[1], levels[2], levels[3]),
    amr: fc.subarray(['pwd', 'otp', 'swk', 'hwk', 'mfa']),
    exemption: fc.constantFrom(undefined, 'remembered_device', 'trusted_network', 'emergency'),
  })
  .map((parts) => ({ ...parts, authTime: at }))
const anyWish: fc.Arbitrary<AcrWish> = fc.record({
  values: fc.subarray([...acrValues, 'gold']),
  essential: fc.boolean(),
})

test('nobody who has a factor passes with the password alone unless it is off', () => {
  fc.assert(
    fc.property(anySituation, (some) => {
      const protectedByPolicy = some.mode !== 'off' && isProtected(some.standing, some.policy)
      if (protectedByPolicy) assert.equal(judge(some, password).do, 'factor')
    }),
  )
})

test('whoever is asked for a factor or to set one up has a way to do it', () => {
  fc.assert(
    fc.property(anySituation, anyAssurance, anyWish, (some, proved, wished) => {
      const judgement = judge(some, proved, wished)
      if (judgement.do === 'pass' || judgement.do === 'refuse') return
      assert.ok(judgement.kinds.length > 0)
      const usable = usableFactors(some.standing, some.policy)
      const possible = (kind: string) =>
        judgement.do === 'factor'
          ? usable.some((one) => one === kind)
          : some.policy.factors.some((one) => one === kind)
      assert.ok(judgement.kinds.every(possible), JSON.stringify(judgement))
    }),
  )
})

test('an essential wish is met by everybody who passes, a voluntary one refuses nobody', () => {
  fc.assert(
    fc.property(anySituation, anyAssurance, anyWish, (some, proved, wished) => {
      const { do: verdict } = judge(some, proved, wished)
      if (wished.essential && wished.values.length > 0 && verdict === 'pass') {
        assert.ok(wished.values.some((value) => meets(proved, value)))
      }
      if (!wished.essential && verdict === 'refuse') assert.equal(judge(some, proved).do, 'refuse')
    }),
  )
})

test('a higher level never makes the policy ask for more', () => {
  fc.assert(
    fc.property(anySituation, anyAssurance, (some, proved) => {
      const higher = { ...proved, acr: levels[3] }
      if (judge(some, proved).do === 'pass') assert.equal(judge(some, higher).do, 'pass')
    }),
  )
})

test('the time of grace begins with the first sign-in that asks, and once', () => {
  const day = { policy: { enrolment_grace: 86_400 }, mode: 'required' as const }
  assert.deepEqual(graceOf(situation(day)), { until: addSeconds(now, 86_400), isNew: true })
  const begun = situation({ ...day, has: { graceUntil: later } })
  assert.deepEqual(graceOf(begun), { until: later, isNew: false })
  const none: Parts[] = [
    { ...day, mode: 'optional' },
    { ...day, has: { graceUntil: before } },
    { ...day, has: { graceUntil: null, mustEnrol: true } },
    { ...day, has: app },
    { ...day, policy: { enrolment_grace: 0 } },
  ]
  for (const parts of none)
    assert.equal(graceOf(situation(parts)), undefined, JSON.stringify(parts))
})

test('ASVS 7.5.1: an account with two factors is changed with two', () => {
  const plain = situation({})
  const guarded = situation({ has: app })
  assert.deepEqual([ownLevel(plain), ownLevel(guarded)], [1, 2])
  assert.equal(reachesOwnLevel(plain, password), true)
  assert.equal(reachesOwnLevel(guarded, password), false)
  assert.equal(reachesOwnLevel(guarded, two), true)
  assert.equal(reachesOwnLevel(guarded, exempt('remembered_device')), false)
  assert.equal(reachesOwnLevel(guarded, exempt('trusted_network')), false)
  assert.equal(reachesOwnLevel(guarded, exempt('emergency')), true)
  fc.assert(
    fc.property(anySituation, anyAssurance, (some, proved) => {
      const enough = levelOf(proved.acr) >= ownLevel(some) || proved.exemption === 'emergency'
      assert.equal(reachesOwnLevel(some, proved), enough)
    }),
  )
})
