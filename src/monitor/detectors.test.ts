import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditRecord } from '../audit/index.ts'
import type { Context, Whereabouts } from './detector.ts'
import { within } from './detector.ts'
import { detectors } from './detectors.ts'
import { distance, isImpossible } from './detectors/impossible-travel.ts'
import { weakened } from './detectors/policy-weakened.ts'
import { kinds } from './event.ts'
import { examine, looksAt } from './examine.ts'

const start = Date.parse('2031-01-01T00:00:00Z')
const ann = 'user:0198c0de-0000-7000-8000-00000000000a'
const bob = 'user:0198c0de-0000-7000-8000-00000000000b'
const oslo: Whereabouts = { words: 'Oslo', point: { latitude: 59.9, longitude: 10.7 } }
const sydney: Whereabouts = { words: 'Sydney', point: { latitude: -33.9, longitude: 151.2 } }
const bergen: Whereabouts = { words: 'Bergen', point: { latitude: 60.4, longitude: 5.3 } }
const places: Readonly<Record<string, Whereabouts>> = {
  '192.0.2.1': oslo,
  '192.0.2.2': sydney,
  '192.0.2.3': bergen,
}
const context: Context = {
  settings: {
    failureWindow: 900,
    accountFailures: 5,
    factorFailures: 3,
    travelSpeed: 900,
    travelDistance: 200,
    removals: 4,
    removalWindow: 600,
  },
  placeOf: (ip) => (ip === null ? undefined : places[ip]),
  reachOf: (role) => {
    if (role === 'owner') return 'owner'
    return ['admin', 'support'].includes(role) ? 'cardea' : 'none'
  },
}

let seq = 0
type Made = Partial<Omit<AuditRecord, 'createdAt'>> & { readonly at?: number }

/** A record so many seconds after the start. */
function record({ at = 0, ...rest }: Made): AuditRecord {
  seq += 1
  return {
    seq,
    id: `0198c0de-0000-7000-8000-${String(seq).padStart(12, '0')}`,
    actor: ann,
    onBehalfOf: null,
    action: 'user.update',
    resource: bob,
    outcome: 'success',
    ipAddress: '192.0.2.1',
    userAgent: null,
    requestId: 'r-1',
    details: {},
    createdAt: new Date(start + at * 1000),
    ...rest,
  }
}

/** What is found in records, with the counts. */
function found(records: readonly AuditRecord[], window = 3600) {
  const looks = looksAt(detectors, records)
  const { sightings } = examine(looks, [], { context, window })
  return sightings.map(({ kind, subject, count }) => [kind, subject, count])
}

const repeat = (times: number, make: (i: number) => Made) =>
  Array.from({ length: times }, (_, i) => record(make(i)))

const wrongPassword = (i: number): Made => ({
  action: 'session.start',
  outcome: 'refused',
  actor: 'anonymous',
  resource: 'session',
  details: { why: 'mismatch', user: 'u1' },
  at: i,
})
const wrongCode = (i: number): Made => ({
  action: 'mfa.verify',
  outcome: 'refused',
  actor: bob,
  details: { factor: 'totp' },
  at: i,
})
const removal = (i: number): Made => ({
  action: i % 2 === 0 ? 'user.delete' : 'user.deactivate',
  resource: `user:${i}`,
  at: i,
})
const signIn = (ipAddress: string, at: number): Made => ({
  action: 'session.start',
  ipAddress,
  at,
  resource: 'session:1',
})
const policy = { mode: 'required', factors: ['totp'], roles: { admin: 'required' } }

type Case = readonly [name: string, records: readonly AuditRecord[], expected: unknown[]]
const cases: readonly Case[] = [
  ['wrong passwords below the threshold', repeat(4, wrongPassword), []],
  ['wrong passwords at it', repeat(5, wrongPassword), [['account_failures', 'user:u1', 1]]],
  ['one more is counted', repeat(7, wrongPassword), [['account_failures', 'user:u1', 3]]],
  ['wrong passwords over a longer time', repeat(9, (i) => wrongPassword(i * 226)), []],
  [
    'wrong passwords of unknown accounts',
    repeat(9, (i) => ({ ...wrongPassword(i), details: { why: 'unknown' } })),
    [],
  ],
  ['wrong codes below the threshold', repeat(2, wrongCode), []],
  ['wrong codes at it', repeat(3, wrongCode), [['factor_failures', bob, 1]]],
  ['right codes', repeat(3, (i) => ({ ...wrongCode(i), outcome: 'success' })), []],
  ['few removals', repeat(3, removal), []],
  ['a burst of removals by one', repeat(4, removal), [['mass_removal', ann, 1]]],
  ['removals over a longer time', repeat(6, (i) => ({ ...removal(i), at: i * 201 })), []],
  ['people who leave by themselves', repeat(6, (i) => ({ ...removal(i), actor: `user:${i}` })), []],
  [
    'credential stuffing',
    [record({ action: 'security.credential_stuffing', resource: 'network', outcome: 'refused' })],
    [['credential_stuffing', 'address:192.0.2.1', 1]],
  ],
  ['events of the monitor itself', [record({ action: 'security.mass_removal' })], []],
  [
    'a replayed refresh token',
    [record({ action: 'refresh_token.reuse', outcome: 'refused' })],
    [['refresh_token_reuse', bob, 1]],
  ],
  [
    'a replayed code',
    [record({ action: 'authorization_code.replay', outcome: 'refused' })],
    [['code_replay', bob, 1]],
  ],
  [
    'two sign-ins too far apart',
    [record(signIn('192.0.2.1', 0)), record(signIn('192.0.2.2', 3600))],
    [['impossible_travel', ann, 1]],
  ],
  [
    'a flight that took its time',
    [record(signIn('192.0.2.1', 0)), record(signIn('192.0.2.2', 18 * 3600))],
    [],
  ],
  [
    'places that are not known',
    [record(signIn('192.0.2.1', 0)), record(signIn('203.0.113.1', 1))],
    [],
  ],
  [
    'a role over Cardea',
    [record({ action: 'role.assign', details: { role: 'admin' } })],
    [['privilege_given', bob, 1]],
  ],
  [
    'a new owner',
    [record({ action: 'role.assign', details: { role: 'owner' } })],
    [['owner_given', bob, 1]],
  ],
  [
    'a role of an application',
    [record({ action: 'role.assign', details: { role: 'editor' } })],
    [],
  ],
  [
    'a role that reaches into Cardea now',
    [
      record({
        action: 'role.update',
        resource: 'role:1',
        details: {
          permissions: { from: ['document:read'], to: ['document:read', 'cardea.user:read'] },
        },
      }),
    ],
    [['role_widened', 'role:1', 1]],
  ],
  [
    'a role that loses something',
    [
      record({
        action: 'role.update',
        details: { permissions: { from: ['cardea.user:read', '*:*'], to: ['cardea.user:read'] } },
      }),
    ],
    [],
  ],
  [
    'a weaker policy',
    [
      record({
        action: 'mfa.change_policy',
        resource: 'mfa_policy',
        details: { before: policy, after: { ...policy, mode: 'optional' } },
      }),
    ],
    [['mfa_policy_weakened', 'mfa_policy', 1]],
  ],
  [
    'a stricter policy',
    [
      record({
        action: 'mfa.change_policy',
        details: { before: { ...policy, mode: 'off' }, after: policy },
      }),
    ],
    [],
  ],
  ['impersonation', [record({ action: 'impersonation.start' })], [['impersonation', bob, 1]]],
  [
    'impersonation that was refused',
    [record({ action: 'impersonation.start', outcome: 'refused' })],
    [],
  ],
  [
    'the steps of emergency access',
    ['request', 'approve', 'cancel', 'use'].map((step) => record({ action: `emergency.${step}` })),
    [
      ['emergency_requested', bob, 1],
      ['emergency_approved', bob, 1],
      ['emergency_used', bob, 1],
    ],
  ],
  [
    'a broken chain',
    [record({ action: 'audit.chain_broken', outcome: 'refused', resource: 'audit_log' })],
    [['audit_chain_broken', 'audit_log', 1]],
  ],
  ['a verification without faults', [record({ action: 'audit.verify' })], []],
  [
    'a key that took over at once',
    [record({ action: 'key.rotate', resource: 'key:1', details: { now: true } })],
    [['signing_key_replaced', 'key:1', 1]],
  ],
  ['a key that was due', [record({ action: 'key.rotate', details: {} })], []],
]

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
  assert.deepEqual([...seen].sort(), Object.keys(kinds).sort())
})
