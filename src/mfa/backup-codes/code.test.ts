import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Random, UserId } from '../../base/index.ts'
import { parseUserId, secureRandom } from '../../base/index.ts'
import { backupDigest, newBackupCode, readBackupCode } from './code.ts'

const ada = id('0198c0de-0000-7000-8000-000000000001')
const bob = id('0198c0de-0000-7000-8000-000000000002')
const fixed = (bytes: Uint8Array): Random => ({
  bytes: (length) => Buffer.from(bytes.subarray(0, length)),
})
const thirteen = fc.uint8Array({ minLength: 13, maxLength: 13 })

function id(text: string): UserId {
  const parsed = parseUserId(text)
  assert.ok(parsed)
  return parsed
}

test('a code has 13 characters of 5 random bits each, 65 in all, without look-alikes', () => {
  fc.assert(
    fc.property(thirteen, (bytes) => {
      const code = newBackupCode(fixed(bytes))
      assert.match(code, /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{5}$/)
    }),
  )
  const seen = new Set<string>()
  for (let byte = 0; byte < 256; byte += 1) {
    seen.add(newBackupCode(fixed(new Uint8Array(13).fill(byte))).charAt(0))
  }
  assert.equal(seen.size, 32)
})

test('every bit of the randomness that is used changes the code', () => {
  fc.assert(
    fc.property(thirteen, fc.nat(12), fc.nat(4), (bytes, place, bit) => {
      const other = bytes.map((byte, i) => (i === place ? byte ^ (1 << bit) : byte))
      assert.notEqual(newBackupCode(fixed(bytes)), newBackupCode(fixed(other)))
    }),
  )
  const many = Array.from({ length: 2000 }, () => newBackupCode(secureRandom))
  assert.equal(new Set(many).size, many.length)
})

test('a code may be typed in any case, with any blanks and hyphens, and with the letters O, I and L', () => {
  const blank = fc.constantFrom('', ' ', '-', '\t', '–')
  fc.assert(
    fc.property(
      thirteen,
      fc.array(blank, { minLength: 13 }),
      fc.boolean(),
      (bytes, gaps, lower) => {
        const shown = newBackupCode(fixed(bytes))
        const plain = shown.replaceAll('-', '')
        const typed = plain
          .split('')
          .map((character, i) => character + (gaps[i] ?? ''))
          .join('')
        const misread = typed.replaceAll('0', 'O').replaceAll('1', lower ? 'l' : 'I')
        assert.equal(readBackupCode(shown), plain)
        assert.equal(readBackupCode(lower ? misread.toLowerCase() : misread), plain)
      },
    ),
  )
})

test('anything else is no code, and nothing makes reading it throw', () => {
  const others = [undefined, '', '7K3F-9QWM-2X8T', '7K3F-9QWM-2X8TDD', '7K3F-9QWM-2X8TU', '123456']
  for (const typed of [...others, `7K3F-9QWM-2X8TD${'-'.repeat(99)}`]) {
    assert.equal(readBackupCode(typed), undefined, typed)
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (typed) => {
      assert.match(readBackupCode(typed) ?? '0'.repeat(13), /^[0-9A-HJKMNP-TV-Z]{13}$/)
    }),
  )
})

test('ASVS 6.5.2: the digest of a code depends on the key and on whose it is', () => {
  const code = '7K3F9QWM2X8TD'
  const digest = backupDigest(Buffer.alloc(32, 1), ada, code)
  assert.deepEqual(backupDigest(Buffer.alloc(32, 1), ada, code), digest)
  assert.notDeepEqual(backupDigest(Buffer.alloc(32, 2), ada, code), digest)
  assert.notDeepEqual(backupDigest(Buffer.alloc(32, 1), bob, code), digest)
})
