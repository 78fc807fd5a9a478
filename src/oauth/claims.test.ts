import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { UserId } from '../base/index.ts'
import type { User } from '../identity/index.ts'
import { claimValues, parseClaims, scopeClaims, selectClaims, userClaims } from './claims.ts'

const text = fc.option(fc.string({ maxLength: 5 }), { nil: undefined })
const user: fc.Arbitrary<User> = fc
  .record({
    email: fc.option(fc.emailAddress(), { nil: null }),
    emailVerified: fc.boolean(),
    profile: fc.record({ name: text, given_name: text, nickname: text, phone_number: text }),
  })
  .map(({ profile, ...rest }) => ({
    id: '00000000-0000-7000-8000-000000000002' as UserId,
    username: 'perla',
    isActive: true,
    lifecycle: { state: 'active' } as const,
    passwordChangedAt: null,
    terms: null,
    profile: Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined)),
    version: 1,
    createdAt: new Date(0),
    updatedAt: new Date(1_500),
    ...rest,
  }))

test('parseClaims never throws, whatever it reads', () => {
  const json = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.record({ userinfo: fc.jsonValue(), id_token: fc.jsonValue() }).map((v) => JSON.stringify(v)),
  )
  fc.assert(
    fc.property(json, (sent) => {
      const parsed = parseClaims(sent)
      if (parsed === undefined) return
      for (const member of Object.values(parsed)) {
        for (const ask of Object.values(member)) assert.equal(typeof ask, 'object')
      }
    }),
  )
})

test('OIDC Core 5.5: what has the form is read, what has not is refused', () => {
  const fine: [string, unknown][] = [
    ['{}', {}],
    ['{"userinfo":{}}', { userinfo: {} }],
    ['{"userinfo":{"name":null}}', { userinfo: { name: null } }],
    ['{"id_token":{"acr":{"essential":true}}}', { id_token: { acr: { essential: true } } }],
    ['{"id_token":{},"else":1}', { id_token: {} }],
  ]
  for (const [sent, expected] of fine) assert.deepEqual(parseClaims(sent), expected, sent)
  const refused = ['', 'x', 'null', '[]', '1', '"a"', '{"userinfo":null}', '{"userinfo":[]}']
  for (const sent of [...refused, '{"id_token":"x"}', '{"id_token":{"sub":"x"}}', '{']) {
    assert.equal(parseClaims(sent), undefined, sent)
  }
})

test('only what was asked for is given, and no member is null or empty (OIDC Core 5.3.2)', () => {
  const scope = fc.constantFrom(...Object.keys(scopeClaims), 'openid', 'constructor', '__proto__')
  const name = fc.constantFrom('name', 'email', 'sub', 'password_hash', 'is_active', 'toString')
  fc.assert(
    fc.property(user, fc.uniqueArray(scope), fc.uniqueArray(name), (person, scopes, names) => {
      const asked = Object.fromEntries(names.map((one) => [one, null]))
      const given = selectClaims(person, scopes, asked)
      const standard: Readonly<Record<string, readonly string[]>> = scopeClaims
      const mayHave = scopes.flatMap((one) => (Object.hasOwn(standard, one) ? standard[one] : []))
      for (const [claim, value] of Object.entries(given)) {
        assert.ok(mayHave.includes(claim) || names.includes(claim as (typeof names)[number]), claim)
        assert.ok(value !== null && value !== undefined && value !== '', claim)
      }
      assert.equal('password_hash' in given || 'is_active' in given, false)
    }),
  )
})

test('asking for nothing gives nothing; a claim asked by name needs no scope', () => {
  fc.assert(
    fc.property(user, (person) => {
      assert.deepEqual(selectClaims(person, ['openid'], undefined), {})
      const given = selectClaims(person, [], { preferred_username: null })
      assert.deepEqual(given, { preferred_username: 'perla' })
      const claims = userClaims(person)
      assert.equal(claims.updated_at, 1)
      assert.equal('email_verified' in claims, person.email !== null)
    }),
  )
})

test('OIDC Core 5.5.1: a wish for a claim names its values in order of preference', () => {
  assert.equal(claimValues({ essential: true }), undefined)
  assert.deepEqual(claimValues({ value: 'x' }), ['x'])
  assert.deepEqual(claimValues({ values: ['y', 'x'] }), ['y', 'x'])
  assert.deepEqual(claimValues({ values: [] }), [])
  assert.deepEqual(claimValues({ values: [1, null, 'x', {}] }), ['x'])
  assert.deepEqual(claimValues({ value: 7 }), [])
})

test('a `claims` parameter whose values are no list is refused or harmless, never an exception', () => {
  for (const values of ['1', '{}', 'true', 'null', '"x"']) {
    const parsed = parseClaims(`{"id_token":{"acr":{"essential":true,"values":${values}}}}`)
    assert.doesNotThrow(() => claimValues(parsed?.id_token?.acr ?? {}), values)
  }
})
