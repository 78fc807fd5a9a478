import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Failure } from '../base/index.ts'
import { parseParameters } from './parameters.ts'

const refusal = (raw: unknown): Failure => {
  try {
    parseParameters(raw)
  } catch (error) {
    assert.ok(error instanceof Failure)
    return error
  }
  assert.fail('was accepted')
}

test('anything at all is parsed or refused with a Failure of status 400', () => {
  fc.assert(
    fc.property(fc.anything(), (raw) => {
      try {
        for (const [name, value] of parseParameters(raw)) {
          assert.equal(typeof name, 'string')
          assert.ok(value !== '' && value.length <= 8192)
        }
      } catch (error) {
        assert.ok(error instanceof Failure)
        assert.equal(error.kind.status, 400)
      }
    }),
  )
})

test('plain values are kept as they are and empty ones are omitted (RFC 6749 §3.1)', () => {
  const value = fc.oneof(fc.constant(''), fc.string({ maxLength: 30 }))
  fc.assert(
    fc.property(fc.dictionary(fc.string({ maxLength: 20 }), value), (raw) => {
      const kept = Object.entries(raw).filter(([, text]) => text !== '')
      assert.deepEqual([...parseParameters(raw)], kept)
    }),
  )
})

test('a repeated parameter is refused, even when all its values are equal or empty', () => {
  const values = fc.array(fc.string(), { maxLength: 3 })
  fc.assert(
    fc.property(values, (list) => {
      assert.equal(refusal({ state: list }).words, 'A parameter must not be repeated. (state)')
    }),
  )
})

test('controls, lone surrogates and oversize are refused wherever they stand', () => {
  const control = fc.oneof(fc.integer({ min: 0, max: 31 }), fc.constant(127))
  const bad = fc.oneof(
    control.map((code) => String.fromCharCode(code)),
    fc.integer({ min: 0xd800, max: 0xdfff }).map((code) => String.fromCharCode(code)),
  )
  fc.assert(
    fc.property(fc.string(), bad, fc.string(), (before, character, after) => {
      assert.match(refusal({ x: before + character + after }).words, /not allowed/)
    }),
  )
  assert.equal(parseParameters({ x: 'a'.repeat(8192) }).size, 1)
  assert.match(refusal({ x: 'a'.repeat(8193) }).words, /too long/)
})

test('a refused name is echoed only when it looks like one, a value never', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }), (name) => {
      const { parameter = '' } = refusal(Object.fromEntries([[name, ['secret', 'secret']]])).details
      assert.match(parameter, /^[A-Za-z0-9_.-]{1,64}$/)
    }),
  )
  assert.equal(refusal({ '<script>': [] }).details.parameter, 'unknown')
  assert.doesNotMatch(refusal({ x: 'secret\0' }).words, /secret/)
})
