import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalTarget } from './target.ts'

test('RFC 3986 §6.2.2: spellings of one address are one', () => {
  const normal = 'https://a.example/~x/%2Fy'
  for (const text of [
    normal,
    'HTTPS://A.Example:443/%7ex/%2fy',
    'https://a.example/./~x/z/../%2Fy?q=1#f',
  ]) {
    assert.equal(normalTarget(text), normal, text)
  }
  assert.equal(normalTarget('http://a.example'), 'http://a.example/')
})

test('what is another address, or none, is not taken for it', () => {
  assert.notEqual(normalTarget('https://a.example/%2F'), normalTarget('https://a.example//'))
  assert.notEqual(normalTarget('https://a.example/x'), normalTarget('https://a.example/X'))
  for (const text of ['', '/oauth/token', 'ftp://a.example/', 'https://u:p@a.example/', 'x:y']) {
    assert.equal(normalTarget(text), undefined, text)
  }
})
