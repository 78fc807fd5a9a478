import { randomBytes, randomFillSync } from 'node:crypto'

/** The only source of randomness: cryptographically secure bytes (ASVS 11.5.1). */
export type Random = { readonly bytes: (length: number) => Buffer }

export const secureRandom: Random = { bytes: inBulk() }

/**
 * To ask the system costs far more than the bytes, and every request needs some of them a few times. So they are
 * fetched in bulk; each is handed out once and wiped here.
 */
function inBulk(): Random['bytes'] {
  const stock = Buffer.alloc(4096)
  let used = stock.length
  return (length) => {
    if (length > 64) return randomBytes(length)
    if (used + length > stock.length) {
      randomFillSync(stock)
      used = 0
    }
    const taken = stock.subarray(used, used + length)
    const bytes = Buffer.from(taken)
    taken.fill(0)
    used += length
    return bytes
  }
}

/** A URL-safe secret. 32 bytes (256 bits) unless told otherwise. */
export function randomToken(random: Random, bytes = 32): string {
  return random.bytes(bytes).toString('base64url')
}

/** Six digits, evenly: 2^48 is so much larger that no code is noticeably likelier (ASVS 6.5.4). */
export function sixDigits(random: Random): string {
  const number = random.bytes(6).readUIntBE(0, 6) % 1_000_000
  return String(number).padStart(6, '0')
}
