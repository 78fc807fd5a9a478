import type { Random, UserId } from '../../base/index.ts'
import { hmacSha256 } from '../../base/index.ts'

/** Crockford's Base32: none of its characters looks like another one. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 20 // 100 bits
const longestTyped = 64
const wellFormed = /^[0-9A-HJKMNP-TV-Z]{20}$/

/** A code as it is shown, `7K3F-9QWM-2X8T-D41A-PZ6C`: it may be read out on the telephone. */
export function newEmergencyCode(random: Random): string {
  // 256 is a multiple of 32, so every character is equally likely.
  const characters = [...random.bytes(length)].map((byte) => alphabet.charAt(byte % 32))
  return characters.join('').replaceAll(/(.{4})(?=.)/g, '$1-')
}

/** What somebody typed in the one form that counts; undefined when it cannot be a code. */
export function readEmergencyCode(typed: string | undefined): string | undefined {
  if (typed === undefined || typed.length > longestTyped) return undefined
  const code = typed
    .normalize('NFKC')
    .replaceAll(/[\s\p{Dash}]/gu, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  return wellFormed.test(code) ? code : undefined
}

/** How a code is stored: good for one person, and not to be tried against the database alone. */
export function emergencyDigest(key: Buffer, userId: UserId, code: string): Buffer {
  return hmacSha256(key, `emergency/${userId}/${readEmergencyCode(code) ?? code}`)
}
