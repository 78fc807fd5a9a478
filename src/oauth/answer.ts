import type { JWTPayload } from 'jose'
import { CompactEncrypt, importJWK, SignJWT } from 'jose'
import type { Client, ClientKeys, ClientMetadata } from '../clients/index.ts'
import type { KeyRing, SigningAlgorithm } from '../keys/index.ts'
import { oauthFailures } from './failures.ts'

export type AnswerNeeds = { readonly keys: KeyRing; readonly clientKeys: ClientKeys }

/** What is answered as a JWT; the metadata of a client has three members for each. */
export type AnswerKind = 'id_token' | 'userinfo' | 'introspection' | 'authorization'

export type Answer = {
  readonly typ: string
  /** Some claims are hashes by the algorithm of the signature (OIDC Core 3.1.3.6). */
  readonly payload: (alg: SigningAlgorithm) => JWTPayload
}

/** A JWT for a client: signed, then encrypted to it where it is registered so (RFC 7519 section 11.2). */
export async function answerJwt(
  needs: AnswerNeeds,
  client: Client,
  kind: AnswerKind,
  { typ, payload }: Answer,
): Promise<string> {
  const key = await needs.keys.signer(signingAlgorithm(client.metadata, kind))
  const signed = await new SignJWT(payload(key.alg))
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ })
    .sign(key.privateKey)
  const alg = client.metadata[`${kind}_encrypted_response_alg`]
  if (alg === undefined) return signed
  const enc = client.metadata[`${kind}_encrypted_response_enc`] ?? 'A128CBC-HS256'
  const jwk = await clientKey(needs, client, alg)
  const header = { alg, enc, cty: 'JWT', typ, ...(jwk.kid !== undefined && { kid: jwk.kid }) }
  return new CompactEncrypt(new TextEncoder().encode(signed))
    .setProtectedHeader(header)
    .encrypt(await importJWK(jwk, alg))
}

function signingAlgorithm(metadata: ClientMetadata, kind: AnswerKind): SigningAlgorithm {
  return metadata[`${kind}_signed_response_alg`] ?? 'RS256'
}

async function clientKey({ clientKeys }: AnswerNeeds, client: Client, alg: string) {
  const jwk = await clientKeys.encrypting(client, alg).catch(() => undefined)
  if (jwk === undefined) throw oauthFailures.no_encryption_key({ log: { alg } })
  return jwk
}
