import { createHash, randomUUID } from 'node:crypto'
import type { JWK } from 'jose'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'

/** A key that proofs are made with (RFC 9449), and its thumbprint. */
export type ProofKey = {
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
  readonly jkt: string
}

export async function proofKey(alg = 'ES256'): Promise<ProofKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  return { alg, privateKey, jwk, jkt: await calculateJwkThumbprint(jwk) }
}

type ProofParts = {
  readonly htu: string
  readonly htm?: string
  /** The token that is used with it. */
  readonly token?: string
  readonly now?: Date
  /** What is said otherwise; undefined leaves a member out. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
}

/** A sound proof, but for what is changed. */
export function proof(key: ProofKey, parts: ProofParts): Promise<string> {
  const { htu, htm = 'POST', token, now = new Date() } = parts
  const ath = token === undefined ? {} : { ath: digest(token) }
  const iat = Math.floor(now.getTime() / 1000)
  const claims = { jti: randomUUID(), htm, htu, iat, ...ath, ...parts.claims }
  const header = { alg: key.alg, typ: 'dpop+jwt', jwk: key.jwk, ...parts.header }
  return new SignJWT(JSON.parse(JSON.stringify(claims)))
    .setProtectedHeader(JSON.parse(JSON.stringify(header)))
    .sign(key.privateKey)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
