import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { FamilyId, SessionId, UserId } from '../../base/index.ts'
import type { FamilyInSession, RefreshDecision } from './family.ts'
import { decideRefresh } from './family.ts'

type RefusalReason = Extract<RefreshDecision, { do: 'refuse' }>['why']

const start = Date.UTC(2030, 0, 1)
const at = (seconds: number) => new Date(start + seconds * 1000)
const rules = { idle: 1000, grace: 30, sessionIdle: 500 }

const family: FamilyInSession = {
  id: '00000000-0000-7000-8000-000000000001' as FamilyId,
  kind: 'oauth',
  userId: '00000000-0000-7000-8000-000000000002' as UserId,
  clientId: null,
  sessionId: '00000000-0000-7000-8000-000000000003' as SessionId,
  scopes: [],
  claims: null,
  binding: null,
  resources: [],
  details: null,
  offline: true,
  seed: Buffer.alloc(32),
  generation: 5,
  authTime: at(0),
  amr: ['pwd'],
  acr: 'urn:cardea:aal1',
  createdAt: at(0),
  rotatedAt: at(0),
  expiresAt: at(5000),
  revokedAt: null,
  sessionEndedAt: null,
  sessionSeenAt: at(0),
  sessionExemption: null,
}

test('RFC 9700 §4.14.2: the table of decisions', () => {
  const rotate: RefreshDecision = { do: 'rotate' }
  const repeat: RefreshDecision = { do: 'repeat' }
  const revoke: RefreshDecision = { do: 'revoke' }
  const refuse = (why: RefusalReason): RefreshDecision => ({ do: 'refuse', why })
  const cases: [string, Partial<FamilyInSession>, number, number, RefreshDecision][] = [
    ['the current one', {}, 5, 0, rotate],
    ['just before it idles out', {}, 5, 999.999, rotate],
    ['idled out', {}, 5, 1000, refuse('idle')],
    ['the predecessor within grace', {}, 4, 29.999, repeat],
    ['the predecessor after grace', {}, 4, 30, revoke],
    ['an older one within grace', {}, 3, 0, revoke],
    ['the first one', {}, 0, 10, revoke],
    ['one that was never issued', {}, 6, 0, revoke],
    ['revoked', { revokedAt: at(1) }, 5, 2, refuse('revoked')],
    ['an old one of a revoked family', { revokedAt: at(1) }, 1, 2, refuse('revoked')],
    ['expired', { expiresAt: at(10) }, 5, 10, refuse('expired')],
    ['the predecessor of an expired one', { expiresAt: at(10) }, 4, 10, refuse('expired')],
    ['with its session in use', { offline: false }, 5, 499.999, rotate],
    ['with its session idle', { offline: false }, 5, 500, refuse('session_ended')],
    ['idle session, predecessor', { offline: false }, 3, 500, refuse('session_ended')],
    ['session ended', { offline: false, sessionEndedAt: at(1) }, 5, 2, refuse('session_ended')],
    ['session gone', { offline: false, sessionSeenAt: null }, 5, 2, refuse('session_ended')],
    ['offline, session ended', { sessionEndedAt: at(1) }, 5, 2, rotate],
    ['offline, session gone', { sessionSeenAt: null }, 5, 2, rotate],
    ['revoked and expired', { revokedAt: at(1), expiresAt: at(2) }, 5, 3, refuse('revoked')],
  ]
  for (const [why, part, presented, now, expected] of cases) {
    assert.deepEqual(
      decideRefresh({ ...family, ...part }, presented, rules, at(now)),
      expected,
      why,
    )
  }
})

test('FAPI 2.0 §5.3.2.1: a stable token is kept as long as it may be used, and rotates for nobody', () => {
  const stable = { ...rules, stable: true }
  for (const [presented, now, expected] of [
    [5, 0, { do: 'keep' }],
    [5, 999, { do: 'keep' }],
    [5, 1000, { do: 'refuse', why: 'idle' }],
    [4, 29, { do: 'repeat' }],
    [4, 30, { do: 'revoke' }],
    [6, 0, { do: 'revoke' }],
  ] as const) {
    assert.deepEqual(decideRefresh(family, presented, stable, at(now)), expected)
  }
})

const situation = fc.record({
  generation: fc.nat({ max: 10 }),
  presented: fc.nat({ max: 12 }),
  now: fc.integer({ min: -10, max: 3000 }),
  rotatedAt: fc.integer({ min: 0, max: 1000 }),
  expiresAt: fc.integer({ min: 0, max: 3000 }),
  revoked: fc.boolean(),
  idle: fc.nat({ max: 2000 }),
  grace: fc.nat({ max: 300 }),
  sessionIdle: fc.nat({ max: 300 }),
})

test('a revoked or expired offline family always refuses; otherwise only generation and time decide', () => {
  fc.assert(
    fc.property(situation, (s) => {
      const one: FamilyInSession = {
        ...family,
        generation: s.generation,
        rotatedAt: at(s.rotatedAt),
        expiresAt: at(s.expiresAt),
        revokedAt: s.revoked ? at(0) : null,
      }
      const decision = decideRefresh(one, s.presented, s, at(s.now))
      const dead = s.revoked || s.now >= s.expiresAt
      if (dead) return assert.equal(decision.do, 'refuse')
      const current = s.presented === s.generation
      const tolerated = s.presented === s.generation - 1 && s.now < s.rotatedAt + s.grace
      const expected = {
        rotate: current && s.now < s.rotatedAt + s.idle,
        refuse: current && s.now >= s.rotatedAt + s.idle,
        repeat: tolerated,
        revoke: !current && !tolerated,
      }
      const holding = Object.entries(expected).filter(([, holds]) => holds)
      assert.deepEqual(holding, [[decision.do, true]])
    }),
  )
})
