import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { CryptoKey, JWK } from 'jose'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose'
import type { EncryptionAlgorithm, KeyAlgorithm, SigningAlgorithm } from './algorithm.ts'
import type { Lifetime } from './key-schedule.ts'
import type { Sealer } from './sealing.ts'

/** A row of `signing_keys`. */
export type KeyRecord = Lifetime & {
  readonly publicJwk: JWK
  readonly sealedJwk: string
  readonly createdAt: Date
}

export type SigningKey = {
  readonly kid: string
  readonly alg: SigningAlgorithm
  readonly privateKey: CryptoKey
  readonly keyObject: JwsKeyObject
}

/** JWS has both numbers of a signature one after the other and not as ASN.1 (RFC 7518 section 3.4). */
export type JwsKeyObject = KeyObject & { readonly dsaEncoding: 'ieee-p1363' }

export type VerifyKey = {
  readonly kid: string
  readonly alg: SigningAlgorithm
  readonly publicKey: CryptoKey
  readonly keyObject: KeyObject
  /** As published: RFC 7517 with `kid`, `use` and `alg`. */
  readonly jwk: JWK
}

/** A key that others encrypt to. */
export type DecryptionKey = {
  readonly kid: string
  readonly alg: EncryptionAlgorithm
  readonly privateKey: CryptoKey
  /** As published: RFC 7517 with `kid` and `use`. */
  readonly jwk: JWK
}

/** A row by what its key is for. */
export type SigningRecord = KeyRecord & { readonly alg: SigningAlgorithm }
export type EncryptionRecord = KeyRecord & { readonly alg: EncryptionAlgorithm }

/** A new key without a schedule yet. */
export type NewKey = Pick<KeyRecord, 'kid' | 'alg' | 'publicJwk' | 'sealedJwk'>

/** Generates and seals a key pair; its id is the RFC 7638 thumbprint. RSA takes a moment: not in a transaction. */
export async function generateKey(sealer: Sealer, alg: KeyAlgorithm): Promise<NewKey> {
  const options = { extractable: true, ...(/^[RP]S/.test(alg) && { modulusLength: 2048 }) }
  const { publicKey, privateKey } = await generateKeyPair(alg, options)
  const publicJwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(publicJwk)
  const privateJwk = JSON.stringify(await exportJWK(privateKey))
  return { kid, alg, publicJwk, sealedJwk: sealer.seal(privateJwk, sealContext(kid)) }
}

export async function importSigningKey(sealer: Sealer, record: SigningRecord): Promise<SigningKey> {
  const { kid, alg } = record
  const jwk = openJwk(sealer, record)
  const privateKey = await importAsymmetric(jwk, alg)
  const keyObject = jwsKey(createPrivateKey({ key: { ...jwk }, format: 'jwk' }))
  return { kid, alg, privateKey, keyObject }
}

/**
 * Says on the key itself which form its signatures have. In an object beside the key, `sign` would look for a key
 * in the wrong places first, and two exceptions for each signature cost a quarter of it.
 */
export function jwsKey(keyObject: KeyObject): JwsKeyObject {
  return Object.assign(keyObject, { dsaEncoding: 'ieee-p1363' } as const)
}

/**
 * The public half comes out of the sealed key and not out of the column that shows it: who can write to the
 * database but has no master key cannot have tokens of their own accepted.
 */
export async function importVerifyKey(sealer: Sealer, record: SigningRecord): Promise<VerifyKey> {
  const { kid, alg } = record
  const keyObject = createPublicKey({ key: { ...openJwk(sealer, record) }, format: 'jwk' })
  const publicJwk = await exportJWK(keyObject)
  const publicKey = await importAsymmetric(publicJwk, alg)
  return { kid, alg, publicKey, keyObject, jwk: { ...publicJwk, kid, use: 'sig', alg } }
}

/** ECDH-ES and what wraps keys with it share one key, so only RSA names its algorithm. */
export async function importDecryptionKey(
  sealer: Sealer,
  record: EncryptionRecord,
): Promise<DecryptionKey> {
  const { kid, alg } = record
  const jwk = openJwk(sealer, record)
  const privateKey = await importAsymmetric(jwk, alg)
  const publicJwk = await exportJWK(createPublicKey({ key: { ...jwk }, format: 'jwk' }))
  const named = alg === 'ECDH-ES' ? {} : { alg }
  return { kid, alg, privateKey, jwk: { ...publicJwk, kid, use: 'enc', ...named } }
}

function openJwk(sealer: Sealer, { kid, sealedJwk }: KeyRecord): JWK {
  return JSON.parse(sealer.open(sealedJwk, sealContext(kid)).toString('utf8'))
}

async function importAsymmetric(jwk: JWK, alg: KeyAlgorithm): Promise<CryptoKey> {
  const key = await importJWK(jwk, alg)
  if (key instanceof Uint8Array) throw new Error('A key of ours must be asymmetric.')
  return key
}

function sealContext(kid: string): string {
  return `signing_key:${kid}`
}
