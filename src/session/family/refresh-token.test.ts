import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { FamilyId } from '../../base/index.ts'
import { createRefreshTokens } from './refresh-token.ts'

const key = Buffer.alloc(32, 1)
const oldKey = Buffer.alloc(32, 2)
const tokens = createRefreshTokens([key])

const familyId = fc.uuid().map((id) => id as FamilyId)
const seed = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes))
const generation = fc.integer({ min: 0, max: 0xffff_ffff })

test('what is issued parses back, is genuine, and is the same every time', () => {
  fc.assert(
    fc.property(familyId, seed, generation, (id, start, number) => {
      const token = tokens.issue(id, start, number)
      assert.equal(tokens.issue(id, start, number), token)
      const parsed = tokens.parse(token)
      assert.ok(parsed)
      assert.deepEqual([parsed.familyId, parsed.generation], [id, number])
      assert.equal(tokens.genuine(parsed, start), true)
    }),
  )
})

test('no token with a flipped bit or another character is genuine', () => {
  const bit = fc.nat({ max: 52 * 8 - 1 })
  fc.assert(
    fc.property(familyId, seed, generation, bit, (id, start, number, at) => {
      const bytes = Buffer.from(tokens.issue(id, start, number).slice(4), 'base64url')
      bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7))
      const parsed = tokens.parse(`crt_${bytes.toString('base64url')}`)
      assert.ok(parsed === undefined || !tokens.genuine(parsed, start))
    }),
  )
  const character = fc.constantFrom('A', 'B', 'a', 'z', '0', '9', '-', '_', '=', '+', '/', ' ')
  fc.assert(
    fc.property(familyId, seed, fc.nat({ max: 73 }), character, (id, start, at, other) => {
      const token = tokens.issue(id, start, 0)
      fc.pre(token[at] !== other)
      const parsed = tokens.parse(token.slice(0, at) + other + token.slice(at + 1))
      assert.ok(parsed === undefined || !tokens.genuine(parsed, start))
    }),
  )
})

test('a token is good for its own family, generation and seed only', () => {
  fc.assert(
    fc.property(familyId, familyId, seed, seed, generation, (id, other, start, foreign, number) => {
      const parsed = tokens.parse(tokens.issue(id, start, number))
      assert.ok(parsed)
      if (!start.equals(foreign)) assert.equal(tokens.genuine(parsed, foreign), false)
      if (id !== other) assert.equal(tokens.genuine({ ...parsed, familyId: other }, start), false)
      const next = (number + 1) % 0x1_0000_0000
      assert.equal(tokens.genuine({ ...parsed, generation: next }, start), false)
    }),
  )
})

test('after a rotation of the key old tokens verify and new ones are made with the new key', () => {
  const before = createRefreshTokens([oldKey])
  const after = createRefreshTokens([key, oldKey])
  fc.assert(
    fc.property(familyId, seed, generation, (id, start, number) => {
      const old = after.parse(before.issue(id, start, number))
      assert.ok(old)
      assert.equal(after.genuine(old, start), true)
      assert.equal(tokens.genuine(old, start), false)
      assert.equal(after.issue(id, start, number), tokens.issue(id, start, number))
    }),
  )
})

test('garbage is not parsed and never throws', () => {
  const garbage = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 60 }).map((b) => `crt_${Buffer.from(b).toString('base64url')}`),
  )
  fc.assert(
    fc.property(garbage, (text) => {
      const parsed = tokens.parse(text)
      assert.ok(parsed === undefined || text.length === 74)
    }),
  )
})
