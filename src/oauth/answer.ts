import type { JWTPayload } from 'jose'
import { CompactEncrypt, importJWK } from 'jose'
import type { Client, ClientKeys, ClientMetadata } from '../clients/index.ts'
import { demandsOf } from '../clients/index.ts'
import type { KeyRing, SigningAlgorithm } from '../keys/index.ts'
import { signJwt } from '../keys/index.ts'
import { oauthFailures } from './failures.ts'

export type AnswerNeeds = { readonly keys: KeyRing; readonly clientKeys: ClientKeys }

type Registered = Required<ClientMetadata>

/** What we encrypt answers with (RFC 7518 sections 4.1 and 5.1). */
export const answerEncryption: {
  readonly alg: readonly Registered['id_token_encrypted_response_alg'][]
  readonly enc: readonly Registered['id_token_encrypted_response_enc'][]
} = {
  alg: ['RSA-OAEP-256', 'RSA-OAEP', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'],
  enc: ['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM'],
}

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
  const key = await needs.keys.signer(signingAlgorithm(client, kind))
  const signed = await signJwt(key, typ, payload(key.alg))
  return encrypt(needs, client, kind, { text: signed, header: { typ, cty: 'JWT' } })
}

/** Claims for a client that wants them encrypted and has not asked for a signature (OIDC Core 5.3.2). */
export function encryptJson(
  needs: AnswerNeeds,
  client: Client,
  kind: AnswerKind,
  claims: object,
): Promise<string> {
  return encrypt(needs, client, kind, { text: JSON.stringify(claims), header: { typ: 'JWT' } })
}

type Plain = {
  readonly text: string
  readonly header: { readonly typ: string; readonly cty?: string }
}

async function encrypt(
  needs: AnswerNeeds,
  client: Client,
  kind: AnswerKind,
  { text, header }: Plain,
): Promise<string> {
  const alg = client.metadata[`${kind}_encrypted_response_alg`]
  if (alg === undefined) return text
  const enc = client.metadata[`${kind}_encrypted_response_enc`] ?? 'A128CBC-HS256'
  const jwk = await clientKey(needs, client, alg)
  const kid = jwk.kid !== undefined && { kid: jwk.kid }
  try {
    return await new CompactEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader({ alg, enc, ...header, ...kid })
      .encrypt(await importJWK(jwk, alg))
  } catch (cause) {
    // A key that is malformed or too short is the client's affair, and so is not a failure of ours.
    throw oauthFailures.no_encryption_key({ cause, log: { alg } })
  }
}

/** RS256 where nothing is registered (JARM section 3, OIDC Registration section 2), unless a profile forbids it. */
function signingAlgorithm(client: Client, kind: AnswerKind): SigningAlgorithm {
  const usual = demandsOf(client).algorithms?.includes('RS256') === false ? 'PS256' : 'RS256'
  return client.metadata[`${kind}_signed_response_alg`] ?? usual
}

async function clientKey({ clientKeys }: AnswerNeeds, client: Client, alg: string) {
  const jwk = await clientKeys.encrypting(client, alg).catch(() => undefined)
  if (jwk === undefined) throw oauthFailures.no_encryption_key({ log: { alg } })
  return jwk
}
