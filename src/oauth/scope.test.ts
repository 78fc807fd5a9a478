import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { grantScopes, isSubset, knownScopes, parseScope, scopeText } from './scope.ts'

const ownToken = fc.stringMatching(/^[\x21\x23-\x5b\x5d-\x7e]{1,12}$/)
const token = fc.oneof(fc.constantFrom<string>(...knownScopes), ownToken)
const scopes = fc.uniqueArray(token, { maxLength: 8 })

test('RFC 6749 §3.3: parse and format are inverse, in order, without repetitions', () => {
  fc.assert(
    fc.property(
      scopes.filter((list) => list.length > 0),
      (list) => {
        assert.deepEqual(parseScope(scopeText(list)), list)
        assert.deepEqual(parseScope(scopeText([...list, ...list])), list)
      },
    ),
  )
})

test('anything is parsed into tokens or refused, and never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const parsed = parseScope(text)
      if (parsed === undefined) return
      assert.equal(new Set(parsed).size, parsed.length)
      assert.ok(parsed.every((one) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(one)))
    }),
  )
  assert.deepEqual(parseScope(undefined), [])
  for (const text of ['', ' ', 'a  b', ' a', 'a ', 'a"b', String.raw`a\b`, 'a\tb', 'é']) {
    assert.equal(parseScope(text), undefined, JSON.stringify(text))
  }
})

test('what is granted was asked for and is allowed, and granting it again changes nothing', () => {
  fc.assert(
    fc.property(scopes, scopes, (asked, allowed) => {
      const granted = grantScopes(asked, allowed)
      if (!granted.ok) {
        assert.ok(asked.includes(granted.scope) && !allowed.includes(granted.scope))
        assert.ok(knownScopes.some((known) => known === granted.scope))
        return
      }
      assert.ok(isSubset(granted.scopes, asked) && isSubset(granted.scopes, allowed))
      assert.deepEqual(grantScopes(granted.scopes, allowed), granted)
    }),
  )
})

test('asking only for what is allowed gives all of it; unknown names are ignored', () => {
  fc.assert(
    fc.property(scopes, (list) => {
      assert.deepEqual(grantScopes(list, list), { ok: true, scopes: list })
      assert.deepEqual(grantScopes([], list), { ok: true, scopes: [] })
    }),
  )
  assert.deepEqual(grantScopes(['openid', 'frob'], ['openid']), { ok: true, scopes: ['openid'] })
  assert.deepEqual(grantScopes(['openid', 'email'], ['openid']), { ok: false, scope: 'email' })
})

test('isSubset is a partial order', () => {
  fc.assert(
    fc.property(scopes, scopes, scopes, (a, b, c) => {
      assert.ok(isSubset(a, a) && isSubset([], a))
      assert.ok(isSubset(a, [...a, ...b]))
      if (isSubset(a, b) && isSubset(b, c)) assert.ok(isSubset(a, c))
    }),
  )
})
