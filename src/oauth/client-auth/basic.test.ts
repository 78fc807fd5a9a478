import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseBasic } from './basic.ts'

const header = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
/** application/x-www-form-urlencoded, as RFC 6749 section 2.3.1 wants it. */
const encode = (text: string) => new URLSearchParams({ x: text }).toString().slice(2)

test('RFC 6749 §2.3.1: any id and secret survive the round trip', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((one) => one.isWellFormed())
  const id = text.filter((one) => one !== '')
  fc.assert(
    fc.property(id, text, fc.constantFrom('Basic', 'basic', 'BASIC'), (clientId, secret, name) => {
      const sent = header(`${encode(clientId)}:${encode(secret)}`).replace('Basic', name)
      assert.deepEqual(parseBasic(sent), { clientId, secret })
    }),
  )
})

test('a colon in the secret does not split it again', () => {
  assert.deepEqual(parseBasic(header('id:a:b')), { clientId: 'id', secret: 'a:b' })
})

test('garbage never throws; a foreign scheme is not ours, a broken one is malformed', () => {
  const garbage = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'binary' }).map((text) => `Basic ${text}`),
    fc.string({ unit: 'binary' }).map(header),
    fc.uint8Array().map((bytes) => `Basic ${Buffer.from(bytes).toString('base64')}`),
  )
  fc.assert(
    fc.property(garbage, (text) => {
      const parsed = parseBasic(text)
      if (!/^basic( |$)/i.test(text)) assert.equal(parsed, undefined)
      else if (parsed !== 'malformed') assert.ok(parsed && parsed.clientId.length > 0)
    }),
  )
  for (const text of [undefined, '', 'Bearer abc', 'Basicabc', 'DPoP x']) {
    assert.equal(parseBasic(text), undefined, text)
  }
  const broken = ['Basic', 'Basic ', 'Basic %%%', 'Basic a b', 'Basic YQ===', header('no-colon')]
  for (const text of [...broken, header(':secret'), header('a%zz:b'), header('a:%ff')]) {
    assert.equal(parseBasic(text), 'malformed', text)
  }
})
