import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  compactDecrypt,
  createRemoteJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
} from 'jose'
import { sql } from '../../src/db/index.ts'
import { basic, introspect, post, query } from '../harness/oauth.ts'
import { testResource } from '../harness/resources.ts'
import type { TestClient, TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const type = 'application/token-introspection+jwt'
let server: TestServer
let machine: TestClient
let token: string

before(async () => {
  server = await testServer()
  machine = await server.client({ grant_types: ['client_credentials'], scope: 'read' })
  const { body } = await post(server, '/oauth/token', machine, { grant_type: 'client_credentials' })
  token = String(body.access_token)
})
after(() => server?.close())

async function ask(client: TestClient, accept: string, asked = token) {
  const response = await fetch(`${server.url}/oauth/introspect`, {
    method: 'POST',
    headers: { ...basic(client), accept },
    body: query({ token: asked }),
  })
  return { response, text: await response.text() }
}

const keys = () => createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`))
const caller = (metadata: object = {}) =>
  server.client({ grant_types: ['client_credentials'], redirect_uris: [], ...metadata })

test('RFC 9701 §4 and §5: asked for by its type, the answer is a JWT to the caller', async () => {
  const api = await caller()
  const { response, text } = await ask(api, `${type}, application/json;q=0.5`)
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), type)
  assert.equal(response.headers.get('cache-control'), 'no-store')
  const { payload, protectedHeader } = await jwtVerify(text, keys(), {
    issuer: server.url,
    audience: api.id,
    typ: 'token-introspection+jwt',
  })
  assert.equal(protectedHeader.alg, 'RS256', '§6: the default')
  assert.ok(Math.abs(Number(payload.iat) - Date.now() / 1000) < 60)
  assert.deepEqual(payload.token_introspection, await introspect(server, api, token))
  // §8.1: nothing that an access token or an ID token would need.
  assert.deepEqual(Object.keys(payload).sort(), ['aud', 'iat', 'iss', 'token_introspection'])
})

test('RFC 9701 §4: without it, or with a weight of nothing, the answer is JSON', async () => {
  for (const accept of ['*/*', 'application/json', `${type};q=0`, `${type}; q=0.0, */*`]) {
    const { response, text } = await ask(machine, accept)
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/, accept)
    assert.equal(JSON.parse(text).active, true)
  }
})

test('RFC 9701 §5: of a token that is not active, or not for the caller, it says only that', async () => {
  const { identifier } = await testResource(server)
  const fields = { grant_type: 'client_credentials', resource: identifier }
  const { body } = await post(server, '/oauth/token', machine, fields)
  for (const asked of ['nonsense', String(body.access_token)]) {
    const { text } = await ask(await caller(), type, asked)
    const { payload } = await jwtVerify(text, keys())
    assert.deepEqual(payload.token_introspection, { active: false })
  }
})

test('RFC 9701 §6: it is signed and encrypted as the caller is registered', async () => {
  const api = await caller({ introspection_signed_response_alg: 'ES256' })
  const signed = await ask(api, type)
  assert.equal(decodeProtectedHeader(signed.text).alg, 'ES256')
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'enc', use: 'enc', alg: 'ECDH-ES' }
  const secretive = await caller({
    jwks: { keys: [jwk] },
    introspection_encrypted_response_alg: 'ECDH-ES',
    introspection_encrypted_response_enc: 'A256GCM',
  })
  const { text, response } = await ask(secretive, type)
  assert.equal(response.headers.get('content-type'), type)
  const { plaintext, protectedHeader } = await compactDecrypt(text, privateKey)
  assert.deepEqual([protectedHeader.enc, protectedHeader.cty], ['A256GCM', 'JWT'])
  const { payload } = await jwtVerify(new TextDecoder().decode(plaintext), keys())
  assert.equal(Object(payload.token_introspection).active, true)
})

test('RFC 7662 §2.1: who does not authenticate gets an error, and GET is not for this', async () => {
  const wrong = { ...machine, secret: 'wrong' }
  const { response, text } = await ask(wrong, type)
  assert.deepEqual([response.status, JSON.parse(text).error], [401, 'invalid_client'])
  const get = await fetch(`${server.url}/oauth/introspect?token=${token}`, {
    headers: basic(machine),
  })
  assert.ok([404, 405].includes(get.status))
})

test('RFC 9701 §7: the metadata names the algorithms', async () => {
  const response = await fetch(`${server.url}/.well-known/oauth-authorization-server`)
  const metadata = await response.json()
  const signing = metadata.introspection_signing_alg_values_supported
  assert.deepEqual(signing, ['RS256', 'ES256', 'PS256', 'ES384', 'ES512', 'EdDSA'])
  assert.ok(metadata.introspection_encryption_alg_values_supported.includes('ECDH-ES'))
  assert.ok(metadata.introspection_encryption_enc_values_supported.includes('A256GCM'))
})

test('RFC 7662 §4: who registered itself sees its own tokens only', async () => {
  const stranger = await caller({ scope: 'read' })
  await server.app.db.run(sql`
    UPDATE clients SET registered_by = 'itself' WHERE client_id = ${stranger.id}`)
  const fields = { grant_type: 'client_credentials' }
  const own = (await post(server, '/oauth/token', stranger, fields)).body.access_token
  assert.equal((await introspect(server, stranger, own)).active, true)
  assert.deepEqual(await introspect(server, stranger, token), { active: false })
})
