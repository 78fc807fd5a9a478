import { hmacSha256 } from '../../base/index.ts'

/** Hides whom an entry is about. */
export type DigestKey = (...parts: readonly string[]) => string

/**
 * Addresses and names never stand in the soft state as they are, where whoever reads Redis could
 * list them. A plain digest would not hide an IPv4 address: there are too few of them.
 */
export function createDigestKey(secret: Buffer): DigestKey {
  return (...parts) =>
    hmacSha256(secret, JSON.stringify(parts)).subarray(0, 16).toString('base64url')
}
