import { randomBytes } from 'node:crypto'

/** The only source of randomness: cryptographically secure bytes (ASVS 11.5.1). */
export type Random = { readonly bytes: (length: number) => Buffer }

export const secureRandom: Random = { bytes: (length) => randomBytes(length) }

/** A URL-safe secret. 32 bytes (256 bits) unless told otherwise. */
export function randomToken(random: Random, bytes = 32): string {
  return random.bytes(bytes).toString('base64url')
}

/** Six digits, evenly: 2^48 is so much larger that no code is noticeably likelier (ASVS 6.5.4). */
export function sixDigits(random: Random): string {
  const number = random.bytes(6).readUIntBE(0, 6) % 1_000_000
  return String(number).padStart(6, '0')
}
