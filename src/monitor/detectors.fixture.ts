import type { AuditRecord } from '../audit/index.ts'
import type { Context, Whereabouts } from './detector.ts'
import { detectors } from './detectors.ts'
import { examine, looksAt } from './examine.ts'

const start = Date.parse('2031-01-01T00:00:00Z')
const ann = 'user:0198c0de-0000-7000-8000-00000000000a'
export const bob = 'user:0198c0de-0000-7000-8000-00000000000b'
export const oslo: Whereabouts = { words: 'Oslo', point: { latitude: 59.9, longitude: 10.7 } }
const sydney: Whereabouts = { words: 'Sydney', point: { latitude: -33.9, longitude: 151.2 } }
export const bergen: Whereabouts = { words: 'Bergen', point: { latitude: 60.4, longitude: 5.3 } }
const places: Readonly<Record<string, Whereabouts>> = {
  '192.0.2.1': oslo,
  '192.0.2.2': sydney,
  '192.0.2.3': bergen,
}
export const context: Context = {
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
    return ['admin', 'support', 'group:staff'].includes(role) ? 'cardea' : 'none'
  },
}

let seq = 0
type Made = Partial<Omit<AuditRecord, 'createdAt'>> & { readonly at?: number }

/** A record so many seconds after the start. */
export function record({ at = 0, ...rest }: Made): AuditRecord {
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
export function found(records: readonly AuditRecord[], window = 3600) {
  const looks = looksAt(detectors, records)
  const { sightings } = examine(looks, [], { context, window })
  return sightings.map(({ kind, subject, count }) => [kind, subject, count])
}

export const repeat = (times: number, make: (i: number) => Made) =>
  Array.from({ length: times }, (_, i) => record(make(i)))

export const wrongPassword = (i: number): Made => ({
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
export const cases: readonly Case[] = [
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
        details: { permissions_added: ['document:read', 'cardea.user:read'] },
      }),
    ],
    [['role_widened', 'role:1', 1]],
  ],
  [
    'a new role with a parent over Cardea',
    [
      record({
        action: 'role.create',
        resource: 'role:2',
        details: { after: { parents: ['admin'] } },
      }),
    ],
    [['role_widened', 'role:2', 1]],
  ],
  [
    'a member of a group that has a role over Cardea',
    [
      record({
        action: 'group.change_members',
        resource: 'group:staff',
        details: { added: [bob] },
      }),
    ],
    [['privilege_given', 'group:staff', 1]],
  ],
  [
    'who leaves such a group',
    [
      record({
        action: 'group.change_members',
        resource: 'group:staff',
        details: { added: [], removed: [bob] },
      }),
    ],
    [],
  ],
  [
    'a role that loses something',
    [
      record({
        action: 'role.update',
        details: { permissions_removed: ['*:*'], permissions_added: ['document:read'] },
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
