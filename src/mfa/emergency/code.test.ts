import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Random, UserId } from '../../base/index.ts'
import { parseUserId, secureRandom } from '../../base/index.ts'
import { emergencyDigest, newEmergencyCode, readEmergencyCode } from './code.ts'

const fixed = (bytes: Uint8Array): Random => ({
  bytes: (length) => Buffer.from(bytes.subarray(0, length)),
})
const twenty = fc.uint8Array({ minLength: 20, maxLength: 20 })

function id(text: string): UserId {
  const parsed = parseUserId(text)
  assert.ok(parsed)
  return parsed
}

test('a code has 20 characters of 5 random bits each, 100 in all, without look-alikes', () => {
  assert.equal(
    newEmergencyCode(fixed(Uint8Array.from({ length: 20 }, (_, i) => i + 12))),
    'CDEF-GHJK-MNPQ-RSTV-WXYZ',
  )
  fc.assert(
    fc.property(twenty, fc.nat(19), fc.nat(4), (bytes, place, bit) => {
      const other = bytes.map((byte, i) => (i === place ? byte ^ (1 << bit) : byte))
      const code = newEmergencyCode(fixed(bytes))
      assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/)
      assert.notEqual(newEmergencyCode(fixed(other)), code)
    }),
  )
  const many = Array.from({ length: 1000 }, () => newEmergencyCode(secureRandom))
  assert.equal(new Set(many).size, many.length)
})

test('a code may be typed in any case, with any blanks and hyphens, and with O, I and L', () => {
  fc.assert(
    fc.property(twenty, fc.constantFrom('', ' ', '–', '\t'), (bytes, gap) => {
      const shown = newEmergencyCode(fixed(bytes))
      const plain = shown.replaceAll('-', '')
      const misread = plain.replaceAll('0', 'o').replaceAll('1', 'l').toLowerCase()
      assert.equal(readEmergencyCode(shown), plain)
      assert.equal(readEmergencyCode(misread.split('').join(gap)), plain)
    }),
  )
})

test('anything else is no code, and nothing makes reading it throw', () => {
  for (const typed of [undefined, '', '7K3F-9QWM-2X8T-D41A', 'U'.repeat(20), '0'.repeat(65)]) {
    assert.equal(readEmergencyCode(typed), undefined, typed)
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (typed) => {
      assert.match(readEmergencyCode(typed) ?? '0'.repeat(20), /^[0-9A-HJKMNP-TV-Z]{20}$/)
    }),
  )
})

test('the digest of a code depends on the key and on whose it is, not on how it is written', () => {
  const [ada, bob] = [
    id('0198c0de-0000-7000-8000-000000000001'),
    id('0198c0de-0000-7000-8000-000000000002'),
  ]
  const key = Buffer.alloc(32, 1)
  const digest = emergencyDigest(key, ada, '7K3F9QWM2X8TD41APZ6C')
  assert.deepEqual(emergencyDigest(key, ada, '7K3F-9QWM-2X8T-D41A-PZ6C'), digest)
  assert.notDeepEqual(emergencyDigest(key, bob, '7K3F9QWM2X8TD41APZ6C'), digest)
  assert.notDeepEqual(emergencyDigest(Buffer.alloc(32, 2), ada, '7K3F9QWM2X8TD41APZ6C'), digest)
})
