import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UserId } from '../../../base/index.ts'
import type { Assurance, Proof, Standing } from '../../../mfa/index.ts'
import { assuranceOf, combine, defaultPolicy, levels } from '../../../mfa/index.ts'
import { bestProof, renewedProof } from './renewed-proof.ts'

const nothing: Standing = {
  userId: '00000000-0000-7000-8000-000000000002' as UserId,
  passkeys: 0,
  deviceBoundPasskeys: 0,
  totp: 0,
  emailCode: false,
  backupCodes: 0,
  backupExpiresAt: null,
  emergency: false,
  mustEnrol: false,
  graceUntil: null,
  offeredAt: null,
}
const alone = { standing: nothing, policy: defaultPolicy }
const secured = { standing: { ...nothing, totp: 1, passkeys: 1 }, policy: defaultPolicy }

const [earlier, later] = [1_000_000, 1_600_000]
const password = (at: number): Proof => ({ kind: 'password', at })
const code = (at: number): Proof => ({ kind: 'totp', at })
const passkey = (userVerified: boolean): Proof => {
  return { kind: 'passkey', at: later, userVerified, deviceBound: false }
}
const both: Assurance = combine(assuranceOf(password(earlier)), code(earlier))

test('new proofs that are enough by themselves stand alone, so that the session is as fresh as they are', () => {
  const cases: [string, readonly Proof[], string][] = [
    ['both factors', [password(later), code(later)], levels[2]],
    ['a passkey that knew its owner', [passkey(true)], levels[2]],
  ]
  for (const [why, now, acr] of cases) {
    const proved = renewedProof(secured, { recent: both, now })
    assert.deepEqual([proved?.acr, proved?.authTime], [acr, later], why)
  }
  assert.equal(renewedProof(alone, { recent: both, now: [password(later)] })?.authTime, later)
})

test('less than that counts with what is recent, which keeps its age', () => {
  const recent = assuranceOf(password(earlier))
  const proved = renewedProof(secured, { recent, now: [code(later)] })
  assert.deepEqual([proved?.acr, proved?.authTime], [levels[2], earlier])
  assert.equal(renewedProof(secured, { recent: both, now: [password(later)] })?.authTime, earlier)
})

test('one factor is too little for whoever has two, exempt or not', () => {
  const exempt = { ...assuranceOf(password(earlier)), exemption: 'remembered_device' } as const
  for (const recent of [undefined, assuranceOf(password(earlier)), exempt]) {
    assert.equal(renewedProof(secured, { recent, now: [password(later)] }), undefined)
  }
  for (const now of [[code(later)], [passkey(false)], []]) {
    assert.equal(renewedProof(secured, { recent: undefined, now }), undefined)
  }
})

test('an emergency code stands in for the factor with the password only', () => {
  const emergency: Proof = { kind: 'emergency_code', at: later }
  const now = [password(later), emergency]
  assert.equal(renewedProof(secured, { recent: undefined, now })?.exemption, 'emergency')
  assert.equal(renewedProof(secured, { recent: undefined, now: [emergency] }), undefined)
})

test('the best that a factor could prove is never less than what it proves', () => {
  const now = new Date(later)
  const best = (kind: Proof['kind']) => kind !== 'password' && bestProof(kind, now)
  assert.deepEqual(best('totp'), code(later))
  const proof = bestProof('passkey', now)
  assert.equal(assuranceOf(proof).acr, levels[3])
})
