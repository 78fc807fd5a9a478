import type { Random, UserId } from '../../base/index.ts'
import { hmacSha256 } from '../../base/index.ts'

/** Crockford's Base32: none of its characters looks like another one. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 13 // 65 bits
const longestTyped = 64
const wellFormed = /^[0-9A-HJKMNP-TV-Z]{13}$/

/** A code as it is shown, `7K3F-9QWM-2X8TD`. */
export function newBackupCode(random: Random): string {
  // 256 is a multiple of 32, so every character is equally likely.
  const characters = [...random.bytes(length)].map((byte) => alphabet.charAt(byte % 32))
  return `${characters.slice(0, 4).join('')}-${characters.slice(4, 8).join('')}-${characters.slice(8).join('')}`
}

/** What somebody typed in the one form that counts; undefined when it cannot be a code. */
export function readBackupCode(typed: string | undefined): string | undefined {
  if (typed === undefined || typed.length > longestTyped) return undefined
  const code = typed
    .normalize('NFKC')
    .replaceAll(/[\s\p{Dash}]/gu, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  return wellFormed.test(code) ? code : undefined
}

/**
 * How a code is stored. ASVS 6.5.2: 65 bits are too few for a plain digest; this one cannot be tried
 * against the database alone, for its key is not in there.
 */
export function backupDigest(key: Buffer, userId: UserId, code: string): Buffer {
  return hmacSha256(key, `backup/${userId}/${code}`)
}
