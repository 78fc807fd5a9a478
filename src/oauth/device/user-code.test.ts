import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientId, SessionId, UserId } from '../../base/index.ts'
import { secureRandom } from '../../base/index.ts'
import { newUserCode, readUserCode } from './user-code.ts'
import type { Waiting } from './waiting.ts'
import { decidePoll } from './waiting.ts'

test('RFC 8628 §6.1: a code is eight letters that nobody mistakes for others, evenly chosen', () => {
  const seen = new Map<string, number>()
  for (let i = 0; i < 2000; i += 1) {
    const code = newUserCode(secureRandom)
    assert.match(code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
    for (const letter of code.replace('-', '')) seen.set(letter, (seen.get(letter) ?? 0) + 1)
  }
  assert.equal(seen.size, 20)
  // 800 of each on average; five standard deviations are 138.
  for (const [letter, count] of seen) assert.ok(Math.abs(count - 800) < 160, `${letter} ${count}`)
})

test('RFC 8628 §6.1: a code is read however it is typed', () => {
  for (const typed of [
    'WDJB-MJHT',
    'wdjbmjht',
    ' wdjb mjht ',
    'WDJB–MJHT',
    'w.d.j.b.m.j.h.t',
    '0WDJB1MJHT',
  ])
    assert.equal(readUserCode(typed), 'WDJB-MJHT', typed)
  for (const typed of ['', 'WDJB-MJH', 'WDJB-MJHTT', '12345678', 'ß'.repeat(8), 'x'.repeat(5000)])
    assert.equal(readUserCode(typed), undefined, typed.slice(0, 20))
})

const clientId = 'television' as ClientId
const now = new Date(1_000_000)
const approved: Waiting = {
  id: 'r',
  clientId,
  asked: { scopes: [], resources: [], details: null },
  status: 'approved',
  userId: 'u' as UserId,
  approval: { sessionId: 's' as SessionId, sessionEnds: 1, acr: '1', amr: ['pwd'], authTime: 0 },
  expiresAt: new Date(1_000_001),
}
const decide = (change: Partial<Waiting>, at = now) =>
  decidePoll({ ...approved, ...change }, { clientId, now: at })

test('RFC 8628 §3.5: what who polls is told depends on the answer, the time and the client', () => {
  assert.equal(decide({}).do, 'redeem')
  assert.equal(decide({ status: 'pending', userId: null, approval: null }).do, 'wait')
  assert.deepEqual(decide({ status: 'redeemed' }), { do: 'refuse', why: 'redeemed' })
  assert.deepEqual(decide({ status: 'denied' }), { do: 'refuse', why: 'denied' })
  assert.deepEqual(decide({ expiresAt: now }), { do: 'refuse', why: 'expired' })
  assert.deepEqual(decide({ clientId: 'x' as ClientId }), { do: 'refuse', why: 'foreign' })
  assert.deepEqual(decidePoll(undefined, { clientId, now }), { do: 'refuse', why: 'unknown' })
})
