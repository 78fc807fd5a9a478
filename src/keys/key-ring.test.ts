import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import {
  CompactEncrypt,
  CompactSign,
  compactDecrypt,
  compactVerify,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
} from 'jose'
import { testDatabase } from '../../test/harness/database.ts'
import { manualClock, secureRandom } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import { createDb, sql } from '../db/index.ts'
import { encryptionAlgorithms } from './algorithm.ts'
import type { KeyRing } from './key-ring.ts'
import { createMissingKeys, openKeyRing } from './key-ring.ts'
import { listKeys, sweepKeys } from './list-keys.ts'
import { rotateIfDue, rotateKeys } from './rotate-keys.ts'
import { createSealer, SealError } from './sealing.ts'

const policy = { publishLead: 600, tokenLifetime: 3600, rotateEvery: 86_400 }
const sealer = createSealer([Buffer.alloc(32, 7)], secureRandom)
let clock = manualClock(new Date('2026-01-01T00:00:00Z'))
let database: Awaited<ReturnType<typeof testDatabase>>
let db: Db
const needs = () => ({ db, clock, sealer })
const encryptionKey = (ring: KeyRing, alg: string) =>
  ring
    .jwks()
    .keys.find(({ use, kty }) => use === 'enc' && (kty === 'RSA') === alg.startsWith('RSA'))
const sign = async (ring: KeyRing) => {
  const { kid, alg, privateKey } = await ring.signer('ES256')
  const jws = new CompactSign(Buffer.from('text')).setProtectedHeader({ alg, kid })
  return { kid, token: await jws.sign(privateKey) }
}

before(async () => {
  database = await testDatabase()
  db = createDb({ url: database.url, poolSize: 20 })
})
after(async () => {
  await db?.close()
  await database?.close()
})
beforeEach(async () => {
  clock = manualClock(new Date('2026-01-01T00:00:00Z'))
  await db.run(sql`DELETE FROM signing_keys`)
})

test('any number of nodes starting at once on an empty database make one set of keys', async () => {
  const rings = await Promise.all(Array.from({ length: 12 }, () => openKeyRing(needs())))
  assert.deepEqual((await listKeys(needs())).map((key) => key.alg).sort(), [
    'ECDH-ES',
    'ES256',
    'RS256',
  ])
  const sets = new Set(rings.map((ring) => JSON.stringify(ring.jwks())))
  assert.equal(sets.size, 1)
})

test('what is signed verifies with the published set, which holds nothing private', async () => {
  const ring = await openKeyRing(needs())
  const { token, kid } = await sign(ring)
  const { keys } = ring.jwks()
  assert.equal((await compactVerify(token, createLocalJWKSet({ keys }))).protectedHeader.kid, kid)
  for (const jwk of keys) {
    if (jwk.use === 'enc') continue
    assert.equal(jwk.use, 'sig')
    assert.ok(!('d' in jwk))
    assert.equal(ring.find(jwk.kid ?? '')?.alg, jwk.alg)
  }
  assert.equal((await ring.signer('RS256')).keyObject.asymmetricKeyDetails?.modulusLength, 2048)
})

test('a rotation publishes the next key first, and keeps the old one until its tokens expire', async () => {
  const ring = await openKeyRing(needs())
  const first = await sign(ring)
  const seen: string[] = []
  const rotated = await rotateKeys(
    { ...needs(), onRotated: async (_tx, kid) => void seen.push(kid) },
    policy,
  )
  assert.deepEqual(seen, rotated)
  await ring.refresh()
  assert.equal(ring.jwks().keys.length, 5)
  assert.equal((await sign(ring)).kid, first.kid)
  clock.advance(policy.publishLead)
  assert.ok(rotated.includes((await sign(ring)).kid))
  await compactVerify(first.token, createLocalJWKSet(ring.jwks()))
  clock.advance(policy.tokenLifetime + 61)
  assert.equal(ring.jwks().keys.length, 3)
  assert.equal(ring.find(first.kid), undefined)
  assert.equal(await sweepKeys(needs()), 0)
  clock.advance(86_400)
  assert.equal(await sweepKeys(needs()), 2)
})

test('rotations at the same time make one next key per algorithm, scheduled or at once', async () => {
  await openKeyRing(needs())
  const race = (now: boolean) =>
    Promise.all(Array.from({ length: 8 }, () => rotateKeys(needs(), policy, { now })))
  assert.equal((await race(true)).flat().length, 3)
  assert.equal((await listKeys(needs())).length, 6)
  assert.equal((await race(false)).flat().length, 3)
  assert.equal((await listKeys(needs())).length, 9)
})

test('rotating at once brings a scheduled key forward instead of making another', async () => {
  const ring = await openKeyRing(needs())
  const scheduled = await rotateKeys(needs(), policy)
  assert.deepEqual(await rotateKeys(needs(), policy), [])
  assert.deepEqual(await rotateKeys(needs(), policy, { now: true }), scheduled)
  await ring.refresh()
  assert.ok(scheduled.includes((await sign(ring)).kid))
})

test('the job rotates only when a term ends, and every moment has a signer', async () => {
  const ring = await openKeyRing(needs())
  assert.deepEqual(await rotateIfDue(needs(), policy), [])
  for (let hour = 0; hour < 60; hour += 1) {
    clock.advance(3600)
    await rotateIfDue(needs(), policy)
    await ring.refresh()
    const { token } = await sign(ring)
    await compactVerify(token, createLocalJWKSet(ring.jwks()))
  }
  assert.equal((await listKeys(needs())).length, 9)
})

test('a refused audit entry undoes the rotation', async () => {
  await openKeyRing(needs())
  const onRotated = () => Promise.reject(new Error('no'))
  await assert.rejects(rotateKeys({ ...needs(), onRotated }, policy))
  assert.equal((await listKeys(needs())).length, 3)
})

test('RFC 7516 §5.2: what was encrypted to a key that was replaced still opens for a day', async () => {
  await createMissingKeys(needs(), encryptionAlgorithms)
  const ring = await openKeyRing(needs())
  for (const alg of ['ECDH-ES', 'ECDH-ES+A256KW', 'RSA-OAEP-256']) {
    const jwk = encryptionKey(ring, alg)
    const sealed = await new CompactEncrypt(Buffer.from('text'))
      .setProtectedHeader({ alg, enc: 'A256GCM', kid: jwk?.kid ?? '' })
      .encrypt(await importJWK(jwk ?? {}, alg))
    const opens = async (kid?: string) => {
      const [key] = await ring.decrypting({ kid, alg })
      return key && Buffer.from((await compactDecrypt(sealed, key)).plaintext).toString()
    }
    assert.equal(await opens(jwk?.kid), 'text', alg)
    assert.equal(await opens(), 'text', alg)
    await rotateKeys(needs(), policy, { now: true })
    await ring.refresh()
    assert.notEqual(encryptionKey(ring, alg)?.kid, jwk?.kid)
    assert.equal(await opens(jwk?.kid), 'text', alg)
    clock.advance(86_400 + 61)
    assert.equal(await opens(jwk?.kid), undefined, alg)
  }
  assert.deepEqual(await ring.decrypting({ alg: 'ES256' }), [])
})

test('an unknown key id makes at most one read per second', async () => {
  const ring = await openKeyRing(needs())
  const [kid = ''] = await rotateKeys(needs(), policy, { now: true })
  assert.equal(ring.find(kid), undefined)
  assert.equal((await ring.lookup(kid))?.kid, kid)
  const [later = ''] = await rotateKeys(needs(), policy, { now: true })
  assert.equal(await ring.lookup(later), undefined)
  clock.advance(1)
  assert.equal((await ring.lookup(later))?.kid, later)
})

test('another master key does not open the signing keys, and says so at the start', async () => {
  await openKeyRing(needs())
  const stranger = createSealer([Buffer.alloc(32, 8)], secureRandom)
  await assert.rejects(openKeyRing({ ...needs(), sealer: stranger }), SealError)
})

test('a key that somebody put into the table without a master key verifies nothing', async () => {
  await openKeyRing(needs())
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = JSON.stringify(await exportJWK(publicKey))
  // A seal of another key, and times that make it one that only verifies.
  await db.run(sql`
    INSERT INTO signing_keys (kid, alg, public_jwk, sealed_jwk, created_at, signs_from, signs_until, verify_until)
    SELECT 'planted', 'ES256', ${jwk}::jsonb, sealed_jwk, created_at, signs_from, signs_from, 'infinity'
    FROM signing_keys WHERE alg = 'ES256'`)
  // The public half of a real key replaced.
  await db.run(
    sql`UPDATE signing_keys SET public_jwk = ${jwk}::jsonb WHERE kid <> 'planted' AND alg = 'ES256'`,
  )
  const told: string[] = []
  const ring = await openKeyRing({
    ...needs(),
    log: { error: (_facts, words) => told.push(words) },
  })
  assert.equal(ring.find('planted'), undefined)
  assert.deepEqual(told, ['a retired signing key cannot be opened'])
  const { kid } = await sign(ring)
  const forged = new CompactSign(Buffer.from('text')).setProtectedHeader({ alg: 'ES256', kid })
  const token = await forged.sign(privateKey)
  await assert.rejects(compactVerify(token, createLocalJWKSet(ring.jwks())), /signature/)
})
