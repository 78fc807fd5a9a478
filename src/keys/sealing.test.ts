import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { secureRandom } from '../base/index.ts'
import { createSealer, deriveSecret, SealError } from './sealing.ts'

const oldKey = Buffer.alloc(32, 1)
const newKey = Buffer.alloc(32, 2)
const sealer = createSealer([newKey], secureRandom)

const isSealError = (why: string) => (error: unknown) =>
  error instanceof SealError && error.why === why

test('what is sealed opens again in the same place, and only there', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.string(), fc.string(), (bytes, context, other) => {
      const plaintext = Buffer.from(bytes)
      const sealed = sealer.seal(plaintext, context)
      assert.match(sealed, /^v1\.[\w-]{8}\.[\w-]{16}\.[\w-]{22,}$/)
      assert.deepEqual(sealer.open(sealed, context), plaintext)
      fc.pre(Buffer.compare(Buffer.from(other), Buffer.from(context)) !== 0)
      assert.throws(() => sealer.open(sealed, other), isSealError('damaged'))
    }),
  )
})

test('a sealed text with any one character changed, added or removed does not open', () => {
  const alphabet = ['A', 'B', 'a', 'z', '0', '-', '_', '.', '=', '+', '/', ' ', '\u{1f511}']
  const sealed = sealer.seal('the secret', 'place')
  const change = fc.record({
    at: fc.nat(sealed.length - 1),
    by: fc.constantFrom('', ...alphabet),
    keep: fc.boolean(),
  })
  fc.assert(
    fc.property(change, ({ at, by, keep }) => {
      const rest = sealed.slice(keep ? at : at + 1)
      const changed = sealed.slice(0, at) + by + rest
      fc.pre(changed !== sealed)
      assert.throws(() => sealer.open(changed, 'place'), SealError)
    }),
    { numRuns: 500 },
  )
})

test('the same secret is sealed differently each time', () => {
  assert.notEqual(sealer.seal('x', 'place'), sealer.seal('x', 'place'))
})

test('any configured master key opens, the first seals', () => {
  const before = createSealer([oldKey], secureRandom)
  const during = createSealer([newKey, oldKey], secureRandom)
  const sealed = before.seal('old', 'place')
  assert.equal(during.open(sealed, 'place').toString(), 'old')
  assert.equal(sealer.open(during.seal('new', 'place'), 'place').toString(), 'new')
  assert.throws(() => sealer.open(sealed, 'place'), isSealError('unknown_key'))
})

test('no master key, or a short one, is refused', () => {
  assert.throws(() => createSealer([], secureRandom))
  assert.throws(() => createSealer([Buffer.alloc(31)], secureRandom))
})

test('derived secrets follow the order of the master keys and differ by purpose', () => {
  const [first, second] = deriveSecret([newKey, oldKey], 'refresh-tokens')
  assert.deepEqual(deriveSecret([oldKey], 'refresh-tokens'), [second])
  assert.notDeepEqual(deriveSecret([newKey], 'codes'), [first])
})
