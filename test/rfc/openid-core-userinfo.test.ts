import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { compactDecrypt, createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose'
import type { CryptoKey } from 'jose'
import type { ClientInput } from '../../src/clients/index.ts'
import { obtainTokens } from '../harness/oauth.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

let server: TestServer
let user: TestUser
let decryption: CryptoKey
let jwks: NonNullable<ClientInput['jwks']>

before(async () => {
  server = await testServer()
  user = await server.user()
  const { privateKey, publicKey } = await generateKeyPair('RSA-OAEP-256')
  decryption = privateKey
  jwks = { keys: [{ ...(await exportJWK(publicKey)), use: 'enc', kid: 'enc-1' }] }
})
after(() => server.close())

/** What a client with this metadata is answered. */
async function userinfo(input: Partial<ClientInput>) {
  const client = await server.client({ require_consent: false, ...input })
  const { access_token, id_token } = await obtainTokens(server, client, user)
  const headers = { authorization: `Bearer ${String(access_token)}` }
  const answer = await fetch(`${server.url}/oauth/userinfo`, { headers })
  const type = answer.headers.get('content-type') ?? ''
  return { client, status: answer.status, type, text: await answer.text(), id_token }
}

const verified = (token: string, audience: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`)), {
    issuer: server.url,
    audience,
  })

test('OIDC Core §5.3.2: without being asked for more the answer is JSON', async () => {
  const { type, text } = await userinfo({})
  assert.match(type, /^application\/json/)
  assert.equal(JSON.parse(text).sub, user.id)
  assert.equal(JSON.parse(text).iss, undefined)
})

test('OIDC Core §5.3.2: a signed answer is a JWT with issuer and audience', async () => {
  for (const alg of ['RS256', 'ES256', 'EdDSA'] as const) {
    const { client, type, text } = await userinfo({ userinfo_signed_response_alg: alg })
    assert.match(type, /^application\/jwt/)
    const { payload, protectedHeader } = await verified(text, client.id)
    assert.equal(protectedHeader.alg, alg)
    assert.deepEqual([payload.sub, payload.email], [user.id, user.email])
    assert.equal(payload.exp, undefined, 'it is no token')
  }
})

test('OIDC Core §16.14: an answer that is signed and encrypted is signed first', async () => {
  const { client, type, text } = await userinfo({
    userinfo_signed_response_alg: 'ES256',
    userinfo_encrypted_response_alg: 'RSA-OAEP-256',
    userinfo_encrypted_response_enc: 'A256GCM',
    jwks,
  })
  assert.match(type, /^application\/jwt/)
  const { plaintext, protectedHeader } = await compactDecrypt(text, decryption)
  const { alg, enc, cty, kid } = protectedHeader
  assert.deepEqual([alg, enc, cty, kid], ['RSA-OAEP-256', 'A256GCM', 'JWT', 'enc-1'])
  const { payload } = await verified(new TextDecoder().decode(plaintext), client.id)
  assert.equal(payload.sub, user.id)
})

test('OIDC Core §5.3.2: one that is only encrypted holds the claims themselves', async () => {
  const { type, text } = await userinfo({ userinfo_encrypted_response_alg: 'RSA-OAEP-256', jwks })
  assert.match(type, /^application\/jwt/)
  const { plaintext, protectedHeader } = await compactDecrypt(text, decryption)
  assert.deepEqual([protectedHeader.enc, protectedHeader.cty], ['A128CBC-HS256', undefined])
  assert.equal(JSON.parse(new TextDecoder().decode(plaintext)).sub, user.id)
})

test('OIDC Core §8.1: the subject in it is the one that the client knows', async () => {
  const input = { subject_type: 'pairwise', userinfo_signed_response_alg: 'RS256' } as const
  const { client, text, id_token } = await userinfo(input)
  const { payload } = await verified(text, client.id)
  const told = await verified(String(id_token), client.id)
  assert.equal(payload.sub, told.payload.sub)
  assert.notEqual(payload.sub, user.id)
})

test('OIDC Discovery §3: the metadata tells with what', async () => {
  const metadata = await (await fetch(`${server.url}/.well-known/openid-configuration`)).json()
  assert.ok(metadata.userinfo_signing_alg_values_supported.includes('RS256'))
  assert.ok(metadata.userinfo_encryption_alg_values_supported.includes('RSA-OAEP-256'))
  assert.ok(metadata.userinfo_encryption_enc_values_supported.includes('A128CBC-HS256'))
})
