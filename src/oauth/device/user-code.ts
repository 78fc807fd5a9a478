import type { Random } from '../../base/index.ts'
import { hmacSha256 } from '../../base/index.ts'

/** RFC 8628 section 6.1: no vowels, so that no words arise, and nothing that looks or sounds like a digit. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'
/** 20^8 is more than 34 bits; how often it may be tried is limited where it is typed. */
const length = 8

/** A code that a person reads on one device and types on another, as `WDJB-MJHT`. */
export function newUserCode(random: Random): string {
  const found: string[] = []
  while (found.length < length) {
    for (const byte of random.bytes(length)) {
      // Of 240 of the 256 values every letter has twelve, so none is likelier.
      const letter = byte < 240 ? letters[byte % letters.length] : undefined
      if (letter !== undefined && found.length < length) found.push(letter)
    }
  }
  return spelled(found.join(''))
}

/** The code in what somebody typed, however it is written; undefined when there is none. */
export function readUserCode(typed: string): string | undefined {
  const kept = Array.from(typed.slice(0, 64).toUpperCase())
    .filter((one) => letters.includes(one))
    .join('')
  return kept.length === length ? spelled(kept) : undefined
}

/** How it is stored: a plain digest of so few letters could be tried out by whoever reads the table. */
export function userCodeDigest(key: Buffer, code: string): Buffer {
  return hmacSha256(key, code)
}

function spelled(code: string): string {
  return `${code.slice(0, length / 2)}-${code.slice(length / 2)}`
}
