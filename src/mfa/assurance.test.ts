import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Assurance, Proof } from './assurance.ts'
import {
  acrValues,
  assuranceOf,
  combine,
  levelOf,
  levels,
  meaningOf,
  meets,
  passwordProof,
} from './assurance.ts'

const at = Date.UTC(2030, 0, 1)
const password: Proof = { kind: 'password', at }
const totp: Proof = { kind: 'totp', at }
const mailed: Proof = { kind: 'email_code', at }
const backup: Proof = { kind: 'backup_code', at }
const emergency: Proof = { kind: 'emergency_code', at }
const passkey = (userVerified: boolean, deviceBound: boolean): Proof => ({
  kind: 'passkey',
  at,
  userVerified,
  deviceBound,
})

/** What several proofs, one after the other, are worth. */
function after(...proofs: readonly [Proof, ...Proof[]]): Assurance {
  const [first, ...rest] = proofs
  return rest.reduce((before, proof) => combine(before, proof), combine(undefined, first))
}

const anyProof: fc.Arbitrary<Proof> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('password', 'totp', 'email_code', 'backup_code', 'emergency_code'),
    at: fc.nat(),
  }),
  fc.record({
    kind: fc.constant('passkey' as const),
    at: fc.nat(),
    userVerified: fc.boolean(),
    deviceBound: fc.boolean(),
  }),
)
const anyProofs = fc
  .tuple(anyProof, fc.array(anyProof, { maxLength: 5 }))
  .map(([first, rest]): [Proof, ...Proof[]] => [first, ...rest])

test('what each proof alone and each pair of proofs is worth', () => {
  const cases: [why: string, proofs: [Proof, ...Proof[]], level: 1 | 2 | 3, amr: string[]][] = [
    ['a password', [password], 1, ['pwd']],
    ['a code alone', [totp], 1, ['otp']],
    ['a mailed code alone', [mailed], 1, ['otp']],
    ['a touched key that may be copied', [passkey(false, false)], 1, ['swk', 'user']],
    ['a touched key in hardware', [passkey(false, true)], 1, ['hwk', 'user']],
    ['a passkey that knew its owner', [passkey(true, false)], 2, ['swk', 'user', 'mfa']],
    ['the same in hardware', [passkey(true, true)], 3, ['hwk', 'user', 'mfa']],
    ['password and app', [password, totp], 2, ['pwd', 'otp', 'mfa']],
    ['app and password', [totp, password], 2, ['otp', 'pwd', 'mfa']],
    ['password and mailed code', [password, mailed], 2, ['pwd', 'otp', 'mfa']],
    ['password and backup code', [password, backup], 2, ['pwd', 'otp', 'mfa']],
    ['password and touch', [password, passkey(false, false)], 2, ['pwd', 'swk', 'user', 'mfa']],
    ['the same in hardware', [password, passkey(false, true)], 3, ['pwd', 'hwk', 'user', 'mfa']],
    ['the password twice', [password, password], 1, ['pwd']],
    ['two codes', [totp, mailed], 1, ['otp']],
    ['a code and a touch', [totp, passkey(false, true)], 1, ['otp', 'hwk', 'user']],
  ]
  for (const [why, proofs, level, amr] of cases) {
    assert.deepEqual(after(...proofs), { acr: levels[level], amr, authTime: at }, why)
  }
})

test('the time of what was proved is that of the oldest proof', () => {
  const { authTime } = combine(assuranceOf(password), { ...totp, at: at + 60_000 })
  assert.equal(authTime, at)
  fc.assert(
    fc.property(anyProofs, (proofs) => {
      assert.equal(after(...proofs).authTime, Math.min(...proofs.map((proof) => proof.at)))
    }),
  )
})

test('an emergency code exempts and adds neither method nor level', () => {
  const before = assuranceOf(password)
  const exempt = { ...before, exemption: 'emergency' as const }
  assert.deepEqual(combine(before, emergency), exempt)
  // Alone, and also before the password, it exempts from nothing.
  assert.equal(assuranceOf(emergency).exemption, undefined)
  assert.deepEqual(combine(assuranceOf(emergency), password), before)
})

test('a real second factor ends an exemption', () => {
  const exempt: Assurance = { ...assuranceOf(password), exemption: 'remembered_device' }
  assert.equal(combine(exempt, totp).exemption, undefined)
  assert.equal(combine(exempt, password).exemption, 'remembered_device')
})

test('a further proof never makes anybody less sure, and no method is named twice', () => {
  fc.assert(
    fc.property(anyProofs, anyProof, (proofs, next) => {
      const before = after(...proofs)
      const now = combine(before, next)
      assert.ok(levelOf(now.acr) >= levelOf(before.acr))
      assert.equal(new Set(now.amr).size, now.amr.length)
      assert.ok(before.amr.every((method) => now.amr.includes(method)))
    }),
  )
})

test('RFC 8176 §2: mfa is claimed exactly above level 1', () => {
  fc.assert(
    fc.property(anyProofs, (proofs) => {
      const { acr, amr } = after(...proofs)
      assert.equal(amr.includes('mfa'), levelOf(acr) > 1)
    }),
  )
})

test('level 3 needs a key in hardware', () => {
  fc.assert(
    fc.property(anyProofs, (proofs) => {
      const { acr, amr } = after(...proofs)
      assert.ok(levelOf(acr) < 3 || amr.includes('hwk'))
    }),
  )
})

test('a level is read from our own values only', () => {
  assert.deepEqual([levels[1], levels[2], levels[3]].map(levelOf), [1, 2, 3])
  for (const foreign of ['', 'aal3', 'urn:cardea:aal4', 'URN:CARDEA:AAL3', '0']) {
    assert.equal(levelOf(foreign), 1, foreign)
  }
})

test('every value that is announced has a meaning, and nothing else has', () => {
  for (const value of acrValues) assert.ok(meaningOf(value), value)
  assert.deepEqual(acrValues.slice(0, 3), [levels[1], levels[2], levels[3]])
  for (const value of ['', 'gold', 'aal4', '__proto__', 'constructor']) {
    assert.equal(meaningOf(value), undefined)
    assert.equal(meets(after(passkey(true, true)), value), false)
  }
})

test('which values are met by what', () => {
  const cases: [why: string, proved: Assurance, met: string[], unmet: string[]][] = [
    ['password', after(password), ['aal1', 'https://refeds.org/profile/sfa'], ['aal2', 'phr']],
    ['app', after(password, totp), ['aal1', 'aal2'], ['aal3', 'phr', 'phrh']],
    ['copied passkey', after(passkey(true, false)), ['aal2', 'phr'], ['aal3', 'phrh']],
    ['hardware', after(passkey(true, true)), ['aal3', 'phr', 'phrh'], []],
    ['emergency', after(password, emergency), ['aal1'], ['aal2', 'phr']],
  ]
  for (const [why, proved, met, unmet] of cases) {
    for (const value of met) assert.equal(meets(proved, value), true, `${why}: ${value}`)
    for (const value of unmet) assert.equal(meets(proved, value), false, `${why}: ${value}`)
  }
})

test('the proof of a password is of now', () => {
  const now = new Date(at)
  assert.deepEqual(passwordProof({ now: () => now }), assuranceOf(password))
})
