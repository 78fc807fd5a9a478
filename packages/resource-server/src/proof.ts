import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'

/** The algorithms of DPoP proofs that are accepted. */
export const proofAlgorithms = ['ES256', 'ES384', 'ES512', 'PS256', 'RS256', 'EdDSA', 'Ed25519']

/** Seconds around now in which a proof must have been made. */
const window = 60

export type Proved = {
  readonly method: string
  readonly url: string
  readonly accessToken: string
  /** Thumbprint of the key that the token is bound to. */
  readonly jkt: string
}

/** Remembers for as long as a proof could be repeated; true when it was new. */
export type Replays = (jti: string) => boolean

/** RFC 9449 section 4.3: rejects unless the proof was made for this request, this token and with its key. */
export async function verifyProof(proof: string, proved: Proved, isNew: Replays): Promise<void> {
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
    typ: 'dpop+jwt',
    algorithms: proofAlgorithms,
    requiredClaims: ['jti', 'htm', 'htu', 'iat', 'ath'],
    maxTokenAge: window,
    clockTolerance: window / 2,
  })
  const { jwk } = protectedHeader
  if (jwk === undefined || (await calculateJwkThumbprint(jwk)) !== proved.jkt) fail('another key')
  if (payload.htm !== proved.method) fail('another method')
  if (withoutQuery(String(payload.htu)) !== withoutQuery(proved.url)) fail('another address')
  const ath = createHash('sha256').update(proved.accessToken).digest('base64url')
  if (payload.ath !== ath) fail('another token')
  if (!isNew(`${proved.jkt} ${payload.jti}`)) fail('used before')
}

function fail(why: string): never {
  throw new Error(`The DPoP proof is for ${why}.`)
}

/** RFC 9449 section 4.3, check 9: query and fragment do not count. */
function withoutQuery(text: string): string {
  const url = new URL(text)
  return `${url.origin}${url.pathname}`
}

/** In the memory of this process. Several processes behind one address each accept a proof once. */
export function createReplays(now: () => number): Replays {
  const seen = new Map<string, number>()
  return (jti) => {
    const at = now()
    for (const [key, until] of seen) {
      if (until > at) break
      seen.delete(key)
    }
    if (seen.has(jti)) return false
    seen.set(jti, at + 2 * window)
    return true
  }
}
