import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock, secureRandom } from '../../base/index.ts'
import { createNonces } from './nonce.ts'

const newKey = () => secureRandom.bytes(32)

test('RFC 9449 §8: a nonce is good for its time and the next one, on every node', () => {
  const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
  const keys: readonly [Buffer] = [newKey()]
  const [here, there] = [createNonces({ clock, keys }), createNonces({ clock, keys })]
  const nonce = here.current()
  assert.equal(there.current(), nonce)
  assert.ok(there.accepts(nonce))
  clock.advance(239)
  assert.ok(there.accepts(nonce))
  assert.notEqual(here.current(), nonce)
  clock.advance(1)
  assert.ok(!there.accepts(nonce))
})

test('after a change of the master key the older nonces are good, and nobody can make one', () => {
  const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
  const [old, fresh] = [newKey(), newKey()]
  const nonce = createNonces({ clock, keys: [old] }).current()
  assert.ok(createNonces({ clock, keys: [fresh, old] }).accepts(nonce))
  const nonces = createNonces({ clock, keys: [fresh] })
  for (const other of [nonce, '', undefined, 1, null, {}]) assert.ok(!nonces.accepts(other))
})
