import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Check } from 'typebox/value'
import type { Mode, Policy } from './policy.ts'
import { allows, defaultPolicy, modeFor, PolicySchema, strictest } from './policy.ts'

const modes: readonly Mode[] = ['off', 'optional', 'required']
const mode = fc.constantFrom(...modes)
const policy = (parts: Partial<Policy>): Policy => ({ ...defaultPolicy, ...parts })

test('the policy that Cardea comes with is one, and mail is no factor in it', () => {
  assert.ok(Check(PolicySchema, defaultPolicy))
  assert.equal(allows(defaultPolicy, 'email_code'), false)
  assert.deepEqual(defaultPolicy.trusted_networks, [])
})

test('the strictest rule holds, whatever the order', () => {
  assert.equal(strictest(), 'off')
  assert.equal(strictest(undefined, 'optional'), 'optional')
  fc.assert(
    fc.property(fc.array(fc.option(mode, { nil: undefined })), (given) => {
      const hardest = strictest(...given)
      assert.equal(strictest(...given.toReversed()), hardest)
      assert.ok(hardest === 'off' || given.includes(hardest))
      const rank = (one: Mode | undefined) => modes.indexOf(one ?? 'off')
      assert.ok(given.every((one) => rank(one) <= rank(hardest)))
    }),
  )
})

test('neither a role nor a client lets anybody off', () => {
  const rank = (one: Mode) => modes.indexOf(one)
  fc.assert(
    fc.property(mode, mode, mode, (installation, role, client) => {
      const given = policy({ mode: installation, roles: { admin: role, auditor: 'required' } })
      const held = modeFor(given, ['admin', 'editor'], client)
      assert.equal(rank(held), Math.max(rank(installation), rank(role), rank(client)))
    }),
  )
})

test('a role with the name of something else in JavaScript asks for nothing', () => {
  for (const role of ['__proto__', 'constructor', 'toString']) {
    assert.equal(modeFor(policy({ mode: 'off' }), [role], undefined), 'off')
  }
})

test('an emergency code is always allowed, everything else where the policy says so', () => {
  const nothing = policy({ factors: [] })
  assert.equal(allows(nothing, 'emergency_code'), true)
  for (const kind of ['passkey', 'totp', 'email_code', 'backup_code'] as const) {
    assert.equal(allows(nothing, kind), false)
    assert.equal(allows(policy({ factors: [kind] }), kind), true)
  }
})

test('what is no policy is refused', () => {
  const { mode: _, ...without } = defaultPolicy
  const cases: [why: string, document: object][] = [
    ['no mode', without],
    ['an unknown mode', { ...defaultPolicy, mode: 'always' }],
    ['an unknown factor', { ...defaultPolicy, factors: ['sms'] }],
    ['a factor twice', { ...defaultPolicy, factors: ['totp', 'totp'] }],
    ['emergency codes are not up to the policy', { ...defaultPolicy, factors: ['emergency_code'] }],
    ['grace that runs backwards', { ...defaultPolicy, enrolment_grace: -1 }],
    ['half a second', { ...defaultPolicy, remember_device: 0.5 }],
    ['two years', { ...defaultPolicy, remember_device: 2 * 365 * 86_400 }],
    ['a member too many', { ...defaultPolicy, sms: true }],
    ['a role without a mode', { ...defaultPolicy, roles: { admin: true } }],
  ]
  for (const [why, document] of cases) assert.equal(Check(PolicySchema, document), false, why)
})
