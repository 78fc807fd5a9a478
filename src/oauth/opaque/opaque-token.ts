/**
 * opaque: access tokens that say nothing and are looked up each time. Owns `opaque_tokens`.
 */

import type { Random } from '../../base/index.ts'
import { randomToken, sha256 } from '../../base/index.ts'

/** What every one begins with, so that scanners recognise a token that leaked. */
const mark = 'cardea_at_'
const whole = /^cardea_at_[A-Za-z0-9_-]{43}$/

/** An access token that says nothing (RFC 6749 section 1.4): 256 random bits, stored only as their digest. */
export function newOpaqueToken(random: Random): { readonly text: string; readonly digest: Buffer } {
  const text = mark + randomToken(random, 32)
  return { text, digest: sha256(text) }
}

/** The digest of an opaque token; undefined for what none can be, which costs no look at the database. */
export function opaqueDigest(text: string): Buffer | undefined {
  return whole.test(text) ? sha256(text) : undefined
}
