import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { test } from 'node:test'
import type { JWK } from 'jose'
import { compactDecrypt, decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose'
import type { ClientId } from '../base/index.ts'
import { Failure } from '../base/index.ts'
import type { Client, ClientKeys, ClientMetadata } from '../clients/index.ts'
import type { SigningAlgorithm } from '../keys/index.ts'
import type { AnswerKind, AnswerNeeds } from './answer.ts'
import { answerJwt } from './answer.ts'

const now = new Date(0)

function clientWith(metadata: Partial<ClientMetadata>): Client {
  return {
    id: 'id',
    clientId: 'client' as ClientId,
    secretDigest: null,
    previousSecretDigest: null,
    previousSecretExpiresAt: null,
    sealedSecret: null,
    registeredBy: 'administrator',
    expiresAt: null,
    version: 1,
    name: 'App',
    isActive: true,
    createdAt: now,
    updatedAt: now,
    metadata: {
      redirect_uris: [],
      post_logout_redirect_uris: [],
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['authorization_code'],
      scope: 'openid',
      id_token_signed_response_alg: 'ES256',
      require_pkce: true,
      require_consent: true,
      ...metadata,
    },
  }
}

/** A ring that has a new key for whatever is asked for, and a client whose key is found by this function. */
function needsWith(encrypting: ClientKeys['encrypting']): AnswerNeeds {
  const signer = async (alg: SigningAlgorithm) => {
    const { privateKey } = await generateKeyPair(alg, { extractable: true })
    const jwk = { ...(await exportJWK(privateKey)) }
    const keyObject = createPrivateKey({ key: jwk, format: 'jwk' })
    return { alg, kid: 'ours', privateKey, keyObject }
  }
  return { keys: { signer }, clientKeys: { encrypting } } as unknown as AnswerNeeds
}

const answer = (client: Client, kind: AnswerKind, encrypting: ClientKeys['encrypting'] = noKey) =>
  answerJwt(needsWith(encrypting), client, kind, { typ: 'JWT', payload: () => ({ sub: 'x' }) })
const noKey = () => Promise.resolve(undefined)
const algOf = async (jwt: Promise<string>) => decodeProtectedHeader(await jwt).alg

test('JARM §3, OIDC Registration §2: RS256 is used where nothing is registered', async () => {
  const plain = clientWith({})
  assert.equal(await algOf(answer(plain, 'authorization')), 'RS256')
  assert.equal(await algOf(answer(plain, 'userinfo')), 'RS256')
  assert.equal(await algOf(answer(plain, 'id_token')), 'ES256')
  const own = clientWith({ authorization_signed_response_alg: 'EdDSA' })
  assert.equal(await algOf(answer(own, 'authorization')), 'EdDSA')
})

test('FAPI 2.0 §5.4.1: a client of the profile is never answered with RS256', async () => {
  const strict = clientWith({ profile: 'fapi2' })
  assert.equal(await algOf(answer(strict, 'authorization')), 'PS256')
})

test('RFC 7519 §11.2: the signature is inside, and the header says so', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { extractable: true })
  const jwk: JWK = await exportJWK(publicKey)
  const reader = clientWith({ authorization_encrypted_response_alg: 'ECDH-ES' })
  const jwe = await answer(reader, 'authorization', () => Promise.resolve(jwk))
  const { protectedHeader, plaintext } = await compactDecrypt(jwe, privateKey)
  assert.deepEqual([protectedHeader.enc, protectedHeader.cty], ['A128CBC-HS256', 'JWT'])
  assert.equal(new TextDecoder().decode(plaintext).split('.').length, 3)
})

test('a key that cannot be had, read or used is told as the fault of the client', async () => {
  const short = await generateKeyPair('RSA-OAEP-256', { modulusLength: 2048, extractable: true })
  const { n = '', ...rest } = await exportJWK(short.publicKey)
  const tooShort = { ...rest, n: n.slice(0, 171) }
  const reader = clientWith({ id_token_encrypted_response_alg: 'RSA-OAEP-256' })
  const lookups: ClientKeys['encrypting'][] = [
    noKey,
    () => Promise.reject(new Error('the address does not answer')),
    () => Promise.resolve({ kty: 'RSA', n: '!', e: 'AQAB' }),
    () => Promise.resolve(tooShort),
  ]
  for (const lookup of lookups) {
    const wrong = (error: unknown) =>
      error instanceof Failure && error.kind.code === 'invalid_request'
    await assert.rejects(answer(reader, 'id_token', lookup), wrong)
  }
})
