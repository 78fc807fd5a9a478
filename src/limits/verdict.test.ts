import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitFailures } from './failures.ts'
import { rateHeaders, unlimited, type Verdict } from './verdict.ts'

const verdict = (change: Partial<Verdict>): Verdict => ({
  name: 'login',
  allowed: true,
  limit: 60,
  remaining: 59,
  resetSeconds: 42,
  windowSeconds: 60,
  retryAfter: 0,
  ...change,
})

test('the headers name the limit, its quota and what is left of it', () => {
  assert.deepEqual(rateHeaders([verdict({})]), {
    'ratelimit-policy': '"login";q=60;w=60',
    ratelimit: '"login";r=59;t=42',
  })
})

test('the tightest limit comes first, and a refused one before all', () => {
  const wide = verdict({ name: 'global', limit: 600, remaining: 0, resetSeconds: 3 })
  const tight = verdict({ name: 'public', limit: 20, remaining: 3, windowSeconds: 600 })
  const refused = { allowed: false, remaining: 0, resetSeconds: 2, retryAfter: 2 }
  assert.deepEqual(rateHeaders([verdict({}), tight, wide, verdict({ name: 'mail', ...refused })]), {
    'ratelimit-policy':
      '"mail";q=60;w=60, "global";q=600;w=60, "public";q=20;w=600, "login";q=60;w=60',
    ratelimit: '"mail";r=0;t=2, "global";r=0;t=3, "public";r=3;t=42, "login";r=59;t=42',
    'retry-after': '2',
  })
})

test('both headers are lists of strings with integer parameters (RFC 9651)', () => {
  const item = /^"[a-z]+"(;[a-z]+=\d{1,15})+$/
  const headers = rateHeaders([verdict({}), verdict({ name: 'public', resetSeconds: 600 })])
  for (const [name, value] of Object.entries(headers)) {
    for (const part of value.split(', ')) assert.match(part, item, name)
  }
})

test('a limit that is switched off has no headers', () => {
  assert.deepEqual(rateHeaders([unlimited('login'), unlimited('global')]), {})
  assert.deepEqual(rateHeaders([]), {})
})

test('the failure carries the headers and the longest wait of all that refuse', () => {
  const refused = [
    verdict({ allowed: false, remaining: 0, retryAfter: 7 }),
    verdict({ name: 'public', allowed: false, remaining: 0, retryAfter: 400 }),
  ]
  const { kind, details } = limitFailures.too_many(refused)
  assert.deepEqual([kind.code, kind.status], ['too_many_requests', 429])
  assert.equal(details.retryAfter, 400)
  assert.deepEqual(details.headers, rateHeaders(refused))
  assert.equal(limitFailures.too_soon(9).details.retryAfter, 9)
})
