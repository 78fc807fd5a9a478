import type { KeyObject } from 'node:crypto'
import { generateKeyPairSync } from 'node:crypto'

/** The signing keys that oidc-provider is given with its settings. */
export function signingKeys(): object {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { keys: [jwk(ec.privateKey, 'ES256'), jwk(rsa.privateKey, 'RS256')] }
}

function jwk(key: KeyObject, alg: string): object {
  return { ...key.export({ format: 'jwk' }), alg, use: 'sig', kid: alg }
}
