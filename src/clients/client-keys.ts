import type { JWK } from 'jose'
import { createLocalJWKSet } from 'jose'
import type { KeyLookup, RemoteKeys } from '../outgoing/index.ts'
import type { Client } from './client.ts'

/** The public keys of clients, from their metadata or from the address that it names. */
export type ClientKeys = {
  /** Finds the key of a signature, for the verifying functions of jose; undefined for a client without keys. */
  readonly verifying: (client: Client) => KeyLookup | undefined
  /** A key to encrypt to by this JWE algorithm (RFC 7517 section 4.2: `use` is not `sig`). */
  readonly encrypting: (client: Client, alg: string) => Promise<JWK | undefined>
  /** Whether one of its keys fits; those at an address are read anew when none of them does. */
  readonly has: (client: Client, fits: (key: JWK) => Promise<boolean>) => Promise<boolean>
}

export function createClientKeys({ remoteKeys }: { readonly remoteKeys: RemoteKeys }): ClientKeys {
  return {
    verifying({ metadata: { jwks, jwks_uri: uri } }) {
      if (jwks !== undefined) return createLocalJWKSet(jwks)
      return uri === undefined ? undefined : remoteKeys.at(uri)
    },
    async encrypting({ metadata: { jwks, jwks_uri: uri } }, alg) {
      const keys = jwks?.keys ?? (uri === undefined ? [] : await remoteJwks(remoteKeys, uri))
      return keys.find((key) => mayEncrypt(key, alg))
    },
    async has({ metadata: { jwks, jwks_uri: uri } }, fits) {
      if (jwks !== undefined || uri === undefined) return someFits(jwks?.keys ?? [], fits)
      if (await someFits(await remoteJwks(remoteKeys, uri), fits)) return true
      const set = remoteKeys.at(uri)
      if (set.coolingDown) return false
      await set.reload()
      return someFits(set.jwks()?.keys ?? [], fits)
    },
  }
}

async function remoteJwks(remoteKeys: RemoteKeys, uri: string): Promise<readonly JWK[]> {
  const set = remoteKeys.at(uri)
  if (!set.fresh) await set.reload()
  return set.jwks()?.keys ?? []
}

async function someFits(
  keys: readonly JWK[],
  fits: (key: JWK) => Promise<boolean>,
): Promise<boolean> {
  const all = await Promise.all(keys.map(fits))
  return all.includes(true)
}

export function mayEncrypt(key: JWK, alg: string): boolean {
  const kty = alg.startsWith('RSA') ? ['RSA'] : ['EC', 'OKP']
  const fits = kty.includes(key.kty ?? '') && key.crv !== 'Ed25519'
  return fits && key.use !== 'sig' && (key.alg === undefined || key.alg === alg)
}
