import { sign } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { SignJWT } from 'jose'
import type { SigningAlgorithm } from './algorithm.ts'
import type { SigningKey } from './signing-key.ts'

/** What the algorithms that are signed at once hash with; null where that is part of the algorithm. */
const quick: { readonly [alg in SigningAlgorithm]?: string | null } = {
  ES256: 'sha256',
  EdDSA: null,
}

/**
 * Signs claims as a JWT (RFC 7515 section 7.1, RFC 7519 section 7.1). Elliptic signatures are made at once: they
 * take less time than the way to another thread and back, which WebCrypto takes for each. RSA and the long
 * curves are slow enough for that way, so that nobody else waits for them.
 */
export async function signJwt(key: SigningKey, typ: string, claims: JWTPayload): Promise<string> {
  const header = { alg: key.alg, kid: key.kid, typ }
  const digest = quick[key.alg]
  if (digest === undefined) {
    return new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey)
  }
  const text = `${encoded(header)}.${encoded(claims)}`
  const signature = sign(digest, Buffer.from(text), key.keyObject)
  return `${text}.${signature.toString('base64url')}`
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
