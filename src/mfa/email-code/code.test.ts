import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { secureRandom, sixDigits } from '../../base/index.ts'
import { readDigits } from '../typed-code.ts'
import { emailCodeDigest, shortAddress } from './code.ts'

test('a code has six digits, zeros in front included', () => {
  const bytes = (number: number) => ({
    bytes: (length: number) => {
      const buffer = Buffer.alloc(length)
      buffer.writeUIntBE(number, 0, 6)
      return buffer
    },
  })
  assert.equal(sixDigits(bytes(7)), '000007')
  assert.equal(sixDigits(bytes(2 ** 48 - 1)), '710655')
  for (let i = 0; i < 200; i += 1) assert.match(sixDigits(secureRandom), /^\d{6}$/)
})

test('a code may be typed with blanks and hyphens, and anything else is none', () => {
  for (const typed of ['123456', ' 123 456 ', '123-456', '１２３４５６', '1 2 3 4 5 6\n']) {
    assert.equal(readDigits(typed), '123456', typed)
  }
  for (const typed of [undefined, '', '12345', '1234567', '12345a', '٠١٢٣٤٥', ' '.repeat(99)]) {
    assert.equal(readDigits(typed), undefined, typed)
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (typed) => {
      assert.match(readDigits(typed) ?? '000000', /^\d{6}$/)
    }),
  )
})

test('the digest of a code depends on the key and on which code it is', () => {
  const key = Buffer.alloc(32, 1)
  const digest = emailCodeDigest(key, 'one', '123456')
  assert.deepEqual(emailCodeDigest(key, 'one', '123456'), digest)
  assert.notDeepEqual(emailCodeDigest(key, 'two', '123456'), digest)
  assert.notDeepEqual(emailCodeDigest(Buffer.alloc(32, 2), 'one', '123456'), digest)
})

test('an address is shortened to its first character and its domain', () => {
  assert.equal(shortAddress('perla@example.org'), 'p…@example.org')
  assert.equal(shortAddress('a@example.org'), 'a…@example.org')
  assert.equal(shortAddress('"a@b"@example.org'), '"…@example.org')
  assert.equal(shortAddress('🦊fox@example.org'), '🦊…@example.org')
})
