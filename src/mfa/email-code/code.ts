import type { Random } from '../../base/index.ts'
import { hmacSha256 } from '../../base/index.ts'

const longestTyped = 64

/** Six digits, evenly: 2^48 is so much larger that no code is noticeably likelier (ASVS 6.5.4). */
export function newEmailCode(random: Random): string {
  const number = random.bytes(6).readUIntBE(0, 6) % 1_000_000
  return String(number).padStart(6, '0')
}

/** Six digits out of what somebody typed, blanks and hyphens left out; undefined when it is no such code. */
export function readEmailCode(typed: string | undefined): string | undefined {
  if (typed === undefined || typed.length > longestTyped) return undefined
  const code = typed.normalize('NFKC').replaceAll(/[\s\p{Dash}]/gu, '')
  return /^[0-9]{6}$/.test(code) ? code : undefined
}

/** A code has too few bits for a plain digest; the key is not in the database. */
export function emailCodeDigest(key: Buffer, id: string, code: string): Buffer {
  return hmacSha256(key, `email/${id}/${code}`)
}

/** Enough of an address to know it again, for whoever knows it: `p…@example.org`. */
export function shortAddress(email: string): string {
  const at = email.lastIndexOf('@')
  const [first = ''] = email.slice(0, Math.max(at, 0))
  return `${first}…${email.slice(at)}`
}
