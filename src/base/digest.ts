import type { KeyObject } from 'node:crypto'
import { createHmac, createSecretKey, hash, hkdfSync, timingSafeEqual } from 'node:crypto'

/** SHA-256 of a high-entropy secret: how codes, session ids and client secrets are stored. */
export function sha256(value: string | Buffer): Buffer {
  return hash('sha256', value, 'buffer')
}

export function hmacSha256(key: Buffer, value: string | Buffer): Buffer {
  return createHmac('sha256', keyObject(key)).update(value).digest()
}

// Making a key ready costs several times as much as using it, and there are only a few keys.
const keyObjects = new WeakMap<Buffer, KeyObject>()

function keyObject(key: Buffer): KeyObject {
  const known = keyObjects.get(key)
  if (known !== undefined) return known
  const made = createSecretKey(key)
  keyObjects.set(key, made)
  return made
}

/** Compares two byte strings in constant time; strings of different length are unequal. */
export function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Compares two texts without revealing where they differ, nor their lengths. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b))
}

/** HKDF-SHA256 (RFC 5869): an independent 256-bit key for one purpose out of a master key. */
export function deriveKey(master: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), `cardea/${purpose}`, 32))
}
