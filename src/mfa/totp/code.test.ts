import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { readDigits } from '../typed-code.ts'
import { codeOf, matchStep, period, secretOf, stepAt } from './code.ts'

const secret = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes))
const moment = fc.date({
  min: new Date('1970-01-01T00:02:00Z'),
  max: new Date('2100-01-01T00:00:00Z'),
  noInvalidDate: true,
})
const at = (seconds: number) => new Date(seconds * 1000)

test('RFC 6238 appendix B: the test vectors of SHA-1', () => {
  const shared = Buffer.from('12345678901234567890')
  // Time in seconds, T in hexadecimal, and the code of eight digits, of which ours is the end.
  const vectors = [
    [59, '0000000000000001', '94287082'],
    [1_111_111_109, '00000000023523EC', '07081804'],
    [1_111_111_111, '00000000023523ED', '14050471'],
    [1_234_567_890, '000000000273EF07', '89005924'],
    [2_000_000_000, '0000000003F940AA', '69279037'],
    [20_000_000_000, '0000000027BC86AA', '65353130'],
  ] as const
  for (const [seconds, step, code] of vectors) {
    assert.equal(stepAt(at(seconds)), Number.parseInt(step, 16))
    assert.equal(codeOf(shared, stepAt(at(seconds))), code.slice(-6))
  }
})

test('RFC 6238 §4.2: a step lasts 30 seconds and begins with the first of them', () => {
  assert.equal(period, 30)
  assert.equal(stepAt(new Date(29_999)), 0)
  assert.equal(stepAt(new Date(30_000)), 1)
})

test('RFC 6238 §5.2: the code of a step counts one step earlier and later, and not beyond', () => {
  fc.assert(
    fc.property(secret, moment, fc.integer({ min: -5, max: 5 }), (key, now, drift) => {
      const step = stepAt(now) + drift
      if (step < 0) return
      const found = matchStep(key, codeOf(key, step), now)
      if (Math.abs(drift) <= 1) return assert.ok(found !== undefined && found >= step)
      // Once in a great while two steps have the same code; then it is one of those that count.
      if (found === undefined) return
      assert.ok(Math.abs(found - stepAt(now)) <= 1)
      assert.equal(codeOf(key, found), codeOf(key, step))
    }),
  )
})

test('no code of a step before 1970 is asked for', () => {
  const key = Buffer.alloc(20, 1)
  assert.equal(matchStep(key, codeOf(key, 0), at(0)), 0)
  assert.equal(matchStep(key, codeOf(key, 1), at(0)), 1)
})

test('blanks, hyphens and wide digits of a typed code do not matter', () => {
  for (const typed of ['123456', ' 123 456 ', '123-456', '12 34 56\n', '１２３４５６', '123–456']) {
    assert.equal(readDigits(typed), '123456', typed)
  }
})

test('what does not have exactly six digits is no code, and nothing makes reading it throw', () => {
  const others = [
    undefined,
    '',
    '12345',
    '1234567',
    '12345a',
    '+12345',
    '1e5000',
    '0x1234',
    '٣٣٣٣٣٣',
  ]
  for (const typed of [...others, '12345.6', `123456${' '.repeat(99)}`]) {
    assert.equal(readDigits(typed), undefined, typed)
  }
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (typed) => {
      assert.match(readDigits(typed) ?? '000000', /^[0-9]{6}$/)
    }),
  )
})

const there = spawnSync('oathtool', ['--version']).status === 0
// In CI nothing is skipped: there the test fails by itself.
const withoutOathtool = !there && process.env.CI !== 'true' ? 'no oathtool here' : false

test('our codes are those of oathtool', { skip: withoutOathtool }, () => {
  fc.assert(
    fc.property(secret, moment, (key, now) => {
      const when = `@${Math.floor(now.getTime() / 1000)}`
      const base32 = secretOf(key).base32
      const { stdout, stderr } = spawnSync('oathtool', ['--totp', '-b', '-N', when, '--', base32], {
        encoding: 'utf8',
      })
      assert.equal(codeOf(key, stepAt(now)), stdout.trim(), stderr)
    }),
    { numRuns: 50 },
  )
})
