import type { Random } from '../../base/index.ts'

// Crockford's letters of base 32: nothing that is mistaken for something else when read aloud.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const letters = 10

/** 50 random bits: two of a million people get the same one in one of two thousand imports. */
export function generateUsername(random: Random): string {
  const drawn = [...random.bytes(letters)].map((byte) => alphabet[byte % alphabet.length])
  return `user-${drawn.join('')}`
}
