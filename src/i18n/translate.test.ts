import assert from 'node:assert/strict'
import { test } from 'node:test'
import { translator } from './translate.ts'

const en = translator('en')
const de = translator('de')

test('English says the key itself, German its counterpart', () => {
  assert.equal(en('Sign in'), 'Sign in')
  assert.equal(de('Sign in'), 'Anmelden')
  assert.deepEqual([en.locale, de.locale], ['en', 'de'])
})

test('placeholders take the values of their names', () => {
  assert.equal(en('Error {status}', { status: 404 }), 'Error 404')
  assert.equal(de('Error {status}', { status: 404 }), 'Fehler 404')
})

test('a value is not expanded again, nor read as a pattern of the replacement', () => {
  const values = { title: '{title} {status} $& $1' }
  assert.equal(en('Error: {title}', values), 'Error: {title} {status} $& $1')
})

test('a placeholder without a value stays, also one that every object has', () => {
  assert.equal(en('Error {status}'), 'Error {status}')
  assert.equal(en('Error {status}', { constructor: 'x' }), 'Error {status}')
  assert.equal(de.any('{constructor}'), '{constructor}')
})

test('constant words are translated where they are known and said as they are where not', () => {
  assert.equal(
    de.any('The client is unknown or inactive.'),
    'Die Anwendung ist unbekannt oder inaktiv.',
  )
  assert.equal(en.any('The client is unknown or inactive.'), 'The client is unknown or inactive.')
  for (const words of ['Nobody wrote this.', 'constructor', '__proto__', '']) {
    assert.equal(de.any(words), words)
  }
})

test('numbers in constant words may be any numbers', () => {
  const said = (from: number, to: number) =>
    de.any(`The password must have ${from} to ${to} characters.`)
  assert.match(said(8, 1024), /8 bis 1024 Zeichen/)
  assert.match(said(12, 64), /12 bis 64 Zeichen/)
})

test('a time is told in the manner of the language and with its zone', () => {
  const at = new Date('2026-03-01T23:05:00Z')
  assert.equal(en.time(at), '1 March 2026 at 23:05 UTC')
  assert.equal(de.time(at), '1. März 2026 um 23:05 UTC')
  assert.equal(de.time(at, 'Europe/Berlin'), '2. März 2026 um 00:05 Europe/Berlin')
})

test('a zone that there is not counts as UTC', () => {
  const at = new Date('2026-03-01T23:05:00Z')
  for (const zone of ['', 'Mars/Olympus', '\u0000', '../etc/passwd']) {
    assert.equal(en.time(at, zone), '1 March 2026 at 23:05 UTC')
  }
})
