import type { CryptoKey } from 'jose'
import type { KeyRing } from '../keys/index.ts'

/** Finds our key for a token header; a key serves only the algorithm it was made for (RFC 8725 section 3.1). */
export function verifyingKey(keys: KeyRing) {
  return async (header: { kid?: string; alg?: string }): Promise<CryptoKey> => {
    const key = header.kid === undefined ? undefined : await keys.lookup(header.kid)
    if (key === undefined || key.alg !== header.alg) throw new Error('no key for this token')
    return key.publicKey
  }
}
