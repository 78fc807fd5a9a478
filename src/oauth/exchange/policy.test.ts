import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { ClientId } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import type { Actor } from '../access-token.ts'
import { chainOf, isTooLong, mayActAs, mayExchange } from './policy.ts'

const clientOf = (subjectClients?: readonly string[]) =>
  ({
    clientId: 'api' as ClientId,
    metadata: {
      ...(subjectClients && { token_exchange: { subject_clients: [...subjectClients] } }),
    },
  }) as Client

test('whose tokens a client may exchange', () => {
  const token = (issuedTo: string | undefined, ...audience: readonly string[]) => ({
    issuedTo: issuedTo as ClientId | undefined,
    audience,
  })
  const cases: [string, ReturnType<typeof token>, readonly string[] | undefined, boolean][] = [
    ['its own', token('api', 'https://us.example'), undefined, true],
    ['one that is for it', token('app', 'api'), undefined, true],
    [
      'one that is for a resource that it serves',
      token('app', 'https://api.example'),
      undefined,
      true,
    ],
    ['one that is for us', token('app', 'https://us.example'), undefined, false],
    ['one that is for another', token('app', 'https://other.example'), undefined, false],
    ['one of a client that it names', token('app', 'https://us.example'), ['app'], true],
    ['one of a client that it does not name', token('app', 'api'), ['other'], false],
    ['its own, which it does not name', token('api'), ['app'], false],
    ['none of ours, whose issuer is trusted with it', token(undefined), ['app'], true],
  ]
  for (const [why, one, named, expected] of cases) {
    assert.equal(mayExchange(clientOf(named), one, ['https://api.example']), expected, why)
  }
})

test('RFC 8693 §4.1: a chain has everybody once in a row, the last one outermost, and at most ten', () => {
  const names = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(names, (actors) => {
      const chain = actors.reduce<Actor | undefined>((act, sub) => chainOf({ sub }, act), undefined)
      const expected = actors.filter((name, i) => name !== actors[i - 1]).toReversed()
      const found: string[] = []
      for (let at = chain; at !== undefined; at = at.act) found.push(at.sub)
      assert.deepEqual(found, expected)
      assert.equal(isTooLong(chain), expected.length > 10)
    }),
  )
})

test('RFC 8693 §4.4: may_act names who may act, and nobody else', () => {
  const issuer = 'https://us.example'
  const actor = { sub: 'person', client_id: 'app' }
  const cases: [unknown, boolean][] = [
    [undefined, true],
    [{ sub: 'person' }, true],
    [{ client_id: 'app' }, true],
    [{ sub: 'person', client_id: 'app', iss: issuer }, true],
    [{ sub: 'person', client_id: 'other' }, false],
    [{ sub: 'app' }, false],
    [{ sub: 'person', iss: 'https://other.example' }, false],
    [{}, false],
    [{ iss: issuer }, false],
    [null, false],
    ['person', false],
    [['person'], false],
  ]
  for (const [said, expected] of cases) {
    assert.equal(mayActAs(said, actor, issuer), expected, JSON.stringify(said))
  }
  assert.equal(mayActAs({ client_id: 'api' }, { sub: 'api' }, issuer), true, 'a client is its own')
})
