import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withMarkup } from './with-markup.ts'

test('words are escaped, what stands in for a placeholder is markup', () => {
  const told = withMarkup('<b> & {name}', { name: '<strong>Ada</strong>' })
  assert.equal(told, '&#60;b&#62; &#38; <strong>Ada</strong>')
})

test('a name that looks like a placeholder or a pattern is said as it is', () => {
  const parts = { client: '{host} $& $1', host: 'secret' }
  assert.equal(withMarkup('{client} at {host}', parts), '{host} $& $1 at secret')
})

test('a placeholder that nothing stands in for stays', () => {
  assert.equal(withMarkup('{toString} {nobody}', {}), '{toString} {nobody}')
})
