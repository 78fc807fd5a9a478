import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addSeconds, secureRandom } from '../base/index.ts'
import { matchingSecret, newClientSecret } from './secret.ts'

const now = new Date('2030-01-01T00:00:00Z')
const newest = newClientSecret(secureRandom)
const before = newClientSecret(secureRandom)

test('the newest secret works, and the one before until its very end', () => {
  const end = addSeconds(now, 60)
  const client = {
    secretDigest: newest.digest,
    previousSecretDigest: before.digest,
    previousSecretExpiresAt: end,
  }
  const cases: readonly (readonly [string, Date, Buffer | undefined])[] = [
    [newest.secret, now, newest.digest],
    [newest.secret, addSeconds(end, 1e6), newest.digest],
    [before.secret, now, before.digest],
    [before.secret, new Date(end.getTime() - 1), before.digest],
    [before.secret, end, undefined],
    [`${newest.secret}x`, now, undefined],
    ['', now, undefined],
  ]
  for (const [secret, at, digest] of cases) {
    assert.deepEqual(matchingSecret(client, secret, at), digest, at.toISOString())
  }
})

test('a client without secrets matches nothing, and neither does a half', () => {
  const none = { secretDigest: null, previousSecretDigest: null, previousSecretExpiresAt: null }
  const later = addSeconds(now, 60)
  for (const secret of ['', newest.secret]) {
    assert.equal(matchingSecret(none, secret, now), undefined)
    const half = { ...none, previousSecretExpiresAt: later }
    assert.equal(matchingSecret(half, secret, now), undefined)
  }
  const endless = { ...none, previousSecretDigest: before.digest }
  assert.equal(matchingSecret(endless, before.secret, now), undefined)
})
