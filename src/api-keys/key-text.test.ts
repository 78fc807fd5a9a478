import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { sha256 } from '../base/index.ts'
import { apiKeyPattern, claimsToBeKey, digestOf, newKeyText } from './key-text.ts'

const keyOf = (bytes: Uint8Array) => newKeyText({ bytes: () => Buffer.from(bytes) })
const random = fc.uint8Array({ minLength: 32, maxLength: 32 })

test('keys are as the guide describes them: made by a program in another language from the same bytes', () => {
  const known: [Uint8Array, string][] = [
    [new Uint8Array(32), 'cardea_pat_00000000000000000000000000000000000000000000noI9X'],
    [new Uint8Array(32).fill(255), 'cardea_pat_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp12Lh94J'],
    [
      Uint8Array.from({ length: 32 }, (_, i) => i),
      'cardea_pat_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf07kw2p',
    ],
  ]
  for (const [bytes, text] of known) assert.equal(keyOf(bytes).text, text)
})

test('every key has the published form, is known by its digest and tells little at its start', () => {
  const pattern = new RegExp(`^${apiKeyPattern}$`)
  fc.assert(
    fc.property(random, (bytes) => {
      const { text, start, digest } = keyOf(bytes)
      assert.match(text, pattern)
      assert.ok(claimsToBeKey(text) && text.startsWith(start) && start.length === 15)
      assert.deepEqual(digestOf(text), digest)
      assert.deepEqual(digest, sha256(text))
    }),
  )
})

test('different bytes make different keys', () => {
  fc.assert(
    fc.property(random, random, (one, other) => {
      const same = Buffer.compare(one, other) === 0
      assert.equal(keyOf(one).text === keyOf(other).text, same)
    }),
  )
})

test('a key with any one character changed is none', () => {
  const place = fc.integer({ min: 0, max: 59 })
  fc.assert(
    fc.property(
      random,
      place,
      fc.constantFrom(...'019AZaz_- .é'.split('')),
      (bytes, at, letter) => {
        const { text } = keyOf(bytes)
        const changed = text.slice(0, at) + letter + text.slice(at + 1)
        if (changed !== text) assert.equal(digestOf(changed), undefined)
      },
    ),
  )
})

test('what is longer, shorter or of another kind is no key', () => {
  const { text } = keyOf(new Uint8Array(32).fill(7))
  for (const other of ['', `${text}0`, text.slice(0, -1), ` ${text}`, text.replace('pat', 'app')]) {
    assert.equal(digestOf(other), undefined, other)
  }
})
