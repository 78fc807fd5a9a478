import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** SHA-256 of a high-entropy secret: how codes, session ids and client secrets are stored. */
export function sha256(value: string | Buffer): Buffer {
  return createHash('sha256').update(value).digest()
}

export function hmacSha256(key: Buffer, value: string | Buffer): Buffer {
  return createHmac('sha256', key).update(value).digest()
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
