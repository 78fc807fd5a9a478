import { hmacSha256 } from '../../base/index.ts'

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
