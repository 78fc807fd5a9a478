import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionId, UserId } from '../base/index.ts'
import { addSeconds } from '../base/index.ts'
import type { Session } from './session.ts'
import { endOf, insufficientProof, isFresh, sessionAlive } from './session.ts'

const start = new Date('2030-01-01T00:00:00Z')
const at = (seconds: number) => addSeconds(start, seconds)
const lifetimes = { idle: 100, absolute: 1000, unremembered: 400 }

const session: Session = {
  id: '00000000-0000-7000-8000-000000000001' as SessionId,
  kind: 'browser',
  userId: '00000000-0000-7000-8000-000000000002' as UserId,
  authTime: start,
  amr: ['pwd'],
  acr: 'urn:cardea:aal1',
  exemption: null,
  ipAddress: null,
  userAgent: null,
  remembered: true,
  impersonator: null,
  createdAt: start,
  lastSeenAt: start,
  expiresAt: at(1000),
  endedAt: null,
}

test('ASVS 7.3.1 and 7.3.2: a session lives until it is idle, too old or ended', () => {
  const cases: [string, Partial<Session>, number, boolean][] = [
    ['in use', {}, 99.999, true],
    ['idle', {}, 100, false],
    ['used again', { lastSeenAt: at(90) }, 189, true],
    ['too old', { lastSeenAt: at(990) }, 1000, false],
    ['ended', { endedAt: at(1) }, 2, false],
  ]
  for (const [why, part, now, alive] of cases) {
    assert.equal(sessionAlive({ ...session, ...part }, lifetimes, at(now)), alive, why)
  }
})

test('who is not remembered gets the shorter of both lifetimes', () => {
  assert.equal(endOf(lifetimes, true), 1000)
  assert.equal(endOf(lifetimes, false), 400)
  assert.equal(endOf({ ...lifetimes, unremembered: 5000 }, false), 1000)
  assert.equal(endOf({ idle: 100, absolute: 1000 }, false), 1000)
})

test('RFC 9470 §3: a proof that is too old is answered with what would do', () => {
  assert.equal(isFresh(session, 900, at(899)), true)
  assert.equal(isFresh(session, 900, at(900)), false)
  const { kind, details } = insufficientProof(900)
  assert.deepEqual([kind.code, kind.status], ['insufficient_user_authentication', 401])
  const challenge = details.headers?.['www-authenticate'] ?? ''
  assert.match(challenge, /^Bearer error="insufficient_user_authentication", /)
  assert.match(challenge, /, max_age=900$/)
})
