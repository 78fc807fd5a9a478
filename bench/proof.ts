import type { KeyObject } from 'node:crypto'
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'

/** Makes the DPoP header of a request: a key of its own, and a proof for each use (RFC 9449 section 4.2). */
export function proofMaker(): (htm: string, htu: string) => string {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' })
  const head = encoded({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } })
  return (htm, htu) => {
    const iat = Math.floor(Date.now() / 1000)
    const text = `${head}.${encoded({ jti: randomUUID(), htm, htu, iat })}`
    return `DPoP: ${text}.${signature(text, privateKey)}\r\n`
  }
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function signature(text: string, key: KeyObject): string {
  const by = { key, dsaEncoding: 'ieee-p1363' } as const
  return sign('sha256', Buffer.from(text), by).toString('base64url')
}
