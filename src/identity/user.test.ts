import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Value } from 'typebox/value'
import { codePoints, comparisonKey } from '../base/index.ts'
import { ProfileSchema } from './schemas.ts'
import { checkEmail, checkUsername } from './user.ts'

test('usernames of every script are kept as they are seen', () => {
  for (const name of ['perla', 'Zoë', 'सीता', 'a b', '李', '🦊'.repeat(64)]) {
    assert.deepEqual(checkUsername(name), { ok: true, value: name })
  }
  assert.deepEqual(checkUsername('ｐｅｒｌａ'), { ok: true, value: 'perla' })
})

test('a username is not empty, long, padded, invisible, malformed or like an address', () => {
  const wrong = ['', 'x'.repeat(65), ' a', 'a ', '\u00a0a', 'a@b', 'a＠b', 'a\u0000', 'a\u009f']
  const invisible = ['a\u202eb', 'a\u200bb', 'a\nb', 'a\u2028b', '\ud800', ' ']
  for (const name of [...wrong, ...invisible]) {
    assert.equal(checkUsername(name).ok, false, JSON.stringify(name))
  }
})

test('an accepted username is stable, short and never mistaken for an address', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 70 }), (raw) => {
      const checked = checkUsername(raw)
      if (!checked.ok) return
      assert.deepEqual(checkUsername(checked.value), checked)
      assert.ok(codePoints(checked.value) <= 64)
      assert.ok(!comparisonKey(checked.value).includes('@'))
      assert.notEqual(comparisonKey(checked.value), '')
    }),
    { numRuns: 500 },
  )
})

test('addresses that people have are accepted', () => {
  const good = [
    'perla@example.com',
    "o'brien+tag@sub.example.co.uk",
    'root@localhost',
    'ö@exämple.de',
  ]
  for (const email of good) assert.deepEqual(checkEmail(email), { ok: true, value: email })
})

test('what is no address, or would be two, is refused', () => {
  const wrong = [
    '',
    'a',
    '@b',
    'a@',
    'a@b@c',
    'a b@c.d',
    ' a@b.c',
    'a@b..c',
    'a@.b',
    'a@b.',
    'a@b,c@d',
  ]
  const sly = [
    'a＠b@c.d',
    'a@b.c\r\nBcc: x@y.z',
    'a\u202e@b.c',
    '\ud800@b.c',
    '<a@b.c>',
    'a@b.c\u0000',
  ]
  const long = [`${'a'.repeat(65)}@b.c`, `a@${'b'.repeat(250)}.com`, `a@${'\ufdfa'.repeat(80)}.com`]
  for (const email of [...wrong, ...sly, ...long]) {
    assert.equal(checkEmail(email).ok, false, JSON.stringify(email))
  }
})

test('OIDC Core 5.1: a profile holds the standard claims and nothing else', () => {
  const profile = {
    name: 'Perla Sona',
    birthdate: '0000-03-22',
    website: 'https://example.com/',
    phone_number_verified: false,
    address: { locality: 'Basel', country: 'CH' },
  }
  assert.ok(Value.Check(ProfileSchema, profile))
  assert.ok(Value.Check(ProfileSchema, {}))
  for (const wrong of [
    { sub: 'x' },
    { website: 'javascript:alert(1)' },
    { birthdate: '22.3.1990' },
    { address: { planet: 'Earth' } },
    { name: 1 },
  ]) {
    assert.ok(!Value.Check(ProfileSchema, wrong), JSON.stringify(wrong))
  }
})
