import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { test } from 'node:test'
import type { Preferences } from './locale.ts'
import { chooseLocale, localeNames, locales } from './locale.ts'

const choose = (preferences: Partial<Preferences>) =>
  chooseLocale({ fallback: 'en', ...preferences })
const accept = (acceptLanguage: string) => choose({ acceptLanguage })

test('the request decides before the account, the account before the browser, then the fallback', () => {
  const all = { uiLocales: 'de', account: 'en', acceptLanguage: 'en' }
  assert.equal(choose(all), 'de')
  assert.equal(choose({ ...all, uiLocales: undefined, account: 'de' }), 'de')
  assert.equal(choose({ acceptLanguage: 'de' }), 'de')
  assert.equal(choose({}), 'en')
  assert.equal(choose({ fallback: 'de' }), 'de')
})

test('what names no language of ours is passed over', () => {
  assert.equal(choose({ uiLocales: 'fr it', account: 'ja', acceptLanguage: 'pt, de;q=0.1' }), 'de')
  assert.equal(choose({ uiLocales: 'fr', account: '', acceptLanguage: '*', fallback: 'de' }), 'de')
})

test('OIDC Core 3.1.2.1: of several ui_locales the first that there is', () => {
  assert.equal(choose({ uiLocales: 'fr-CA de en' }), 'de')
  assert.equal(choose({ uiLocales: '  de   en ' }), 'de')
})

test('RFC 4647 section 3.4: subtags are taken off until a language is found, in any case', () => {
  for (const tag of ['de', 'DE', 'de-CH', 'de-Latn-DE-1996', 'de_AT', 'de-*', 'de-x-anything']) {
    assert.equal(accept(tag), 'de', tag)
  }
  for (const tag of ['den', 'd', 'x-de', '*-de', '-de', 'i-de'])
    assert.equal(accept(tag), 'en', tag)
})

test('RFC 9110 section 12.4.2: the higher quality decides, and the order among equals', () => {
  assert.equal(accept('en;q=0.5, de;q=0.8'), 'de')
  assert.equal(accept('de;q=0.8,en;q=0.8'), 'de')
  assert.equal(accept('en;q=0.9, de'), 'de')
  assert.equal(accept('de ; Q=0.002 , en; q=0.001'), 'de')
})

test('a language with the quality zero, or with something that is no quality, is not wanted', () => {
  for (const quality of ['0', '0.000', '', '2', '-1', '1.5', '1e9', '0.0001', 'NaN', '0.5;x=1']) {
    assert.equal(accept(`de;q=${quality}`), 'en', quality)
  }
})

test('a hostile header costs next to nothing and changes nothing', () => {
  const hostile = [
    ',;=q'.repeat(200_000),
    `${'-'.repeat(500_000)}de`,
    `${'a-'.repeat(500_000)}de`,
    `de;q=0.${'9'.repeat(500_000)}`,
    '\u0000\r\n\ud800'.repeat(100_000),
    'constructor __proto__ toString',
  ]
  const start = performance.now()
  for (const text of hostile) {
    assert.equal(choose({ uiLocales: text, account: text, acceptLanguage: text }), 'en')
  }
  assert.ok(performance.now() - start < 200)
})

test('every language has a name', () => {
  assert.deepEqual(Object.keys(localeNames), [...locales])
})
