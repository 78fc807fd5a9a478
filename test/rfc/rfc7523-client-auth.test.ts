import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { JWK, JWTPayload } from 'jose'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as oidc from 'openid-client'
import { manualClock, numericDate } from '../../src/base/index.ts'
import type { ClientInput } from '../../src/clients/index.ts'
import { createClient, rotateClientSecret, updateClient } from '../../src/clients/index.ts'
import { proof, proofKey } from '../harness/dpop.ts'
import type { Fields } from '../harness/oauth.ts'
import { post } from '../harness/oauth.ts'
import { rawRequest } from '../harness/raw-request.ts'
import type { TestClient, TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { rows } from '../security/rows.ts'

const clock = manualClock(new Date())
const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const grant = { grant_type: 'client_credentials' }
let server: TestServer
/** Publishes keys, and the metadata of an issuer. */
let publisher: Server
let published: JWK[] = []
let status = 200
let reads = 0
let home = ''
const lines: string[] = []

before(async () => {
  publisher = createServer((request, response) => {
    reads += 1
    response.statusCode = status
    const metadata = { issuer: home, jwks_uri: `${home}/keys` }
    const body = request.url?.endsWith('keys') ? { keys: published } : metadata
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => publisher.once('listening', resolve))
  const host = `127.0.0.1:${(publisher.address() as AddressInfo).port}`
  home = `http://${host}`
  server = await testServer({
    clock,
    log: (line) => lines.push(line),
    env: {
      CARDEA_PROTOCOL_OUTGOING_HOSTS: host,
      CARDEA_PROTOCOL_MUTUAL_TLS_URL: 'https://mtls.example.com',
    },
  })
})
after(async () => {
  publisher?.close()
  await server?.close()
})

async function machine(input: Partial<ClientInput>): Promise<TestClient> {
  const usual = { client_name: 'Machine', grant_types: ['client_credentials' as const] }
  const needs = { ...server.app, outgoingHosts: server.config.protocol.outgoingHosts }
  const { client, secret = '' } = await createClient(
    needs,
    { ...usual, redirect_uris: [], scope: 'read', ...input },
    { actor: 'system' },
  )
  return { id: client.clientId, secret, client }
}

type Made = { readonly by: CryptoKey | Uint8Array; readonly alg: string }

function sign(client: TestClient, { by, alg }: Made, changes: Record<string, unknown> = {}) {
  const now = numericDate(clock.now())
  const { id } = client
  const sound = { iss: id, sub: id, aud: server.url, iat: now, exp: now + 60, jti: randomUUID() }
  const claims: JWTPayload = JSON.parse(JSON.stringify({ ...sound, ...changes }))
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(by)
}

const send = (client_assertion: string, fields: Fields = {}, path = '/oauth/token') =>
  post(server, path, undefined, {
    ...grant,
    client_assertion,
    client_assertion_type: type,
    ...fields,
  })

async function assertRefused(assertion: string, why: string, fields: Fields = {}) {
  const { status: told, body } = await send(assertion, fields)
  assert.deepEqual([told, body.error], [401, 'invalid_client'], why)
}

const bytes = (text: string) => new TextEncoder().encode(text)

async function withKey(alg: string, input: Partial<ClientInput> = {}) {
  const { publicKey, privateKey } = await generateKeyPair(alg)
  const client = await machine({
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ ...(await exportJWK(publicKey)) }] },
    ...input,
  })
  return { client, made: { by: privateKey, alg } }
}

test('OIDC Core §9: client_secret_jwt is signed by the secret, with every HMAC of RFC 7518', async () => {
  const client = await machine({ token_endpoint_auth_method: 'client_secret_jwt' })
  const by = bytes(client.secret)
  assert.ok(by.length >= 64, 'RFC 7518 §3.2: as long as what HS512 makes')
  for (const alg of ['HS256', 'HS384', 'HS512']) {
    assert.equal((await send(await sign(client, { by, alg }))).status, 200, alg)
  }
  const once = await sign(client, { by, alg: 'HS256' })
  assert.equal((await send(once)).status, 200)
  await assertRefused(once, 'used twice')
  await assertRefused(await sign(client, { by: bytes('x'.repeat(64)), alg: 'HS256' }), 'a guess')
  const { privateKey } = await generateKeyPair('ES256')
  await assertRefused(await sign(client, { by: privateKey, alg: 'ES256' }), 'a key')
  const posted = await post(server, '/oauth/token', client, grant)
  assert.equal(posted.body.error, 'invalid_client', 'the secret itself is not what is registered')
})

test('a public key is no secret: what is registered for keys takes no HMAC', async () => {
  const { client, made } = await withKey('ES256')
  const jwk = client.client.metadata.jwks?.keys[0]
  for (const secret of [JSON.stringify(jwk), String(jwk?.x), client.secret || 'none']) {
    await assertRefused(await sign(client, { by: bytes(secret), alg: 'HS256' }), secret)
  }
  assert.equal((await send(await sign(client, made))).status, 200)
})

test('a secret that must be readable is sealed, for its client alone', async () => {
  const client = await machine({ token_endpoint_auth_method: 'client_secret_jwt' })
  const plain = await machine({})
  const found = await rows(
    server.databaseUrl,
    `SELECT client_id, sealed_secret FROM clients
     WHERE client_id IN ('${client.id}', '${plain.id}') ORDER BY sealed_secret NULLS LAST`,
  )
  const [sealed, other] = found
  assert.deepEqual([sealed?.client_id, other?.sealed_secret], [client.id, null])
  assert.match(String(sealed?.sealed_secret), /^v1\./)
  assert.ok(!JSON.stringify(found).includes(client.secret))
  const thief = await machine({ token_endpoint_auth_method: 'client_secret_jwt' })
  await server.app.db.run({
    name: 'move-secret',
    text: `UPDATE clients SET sealed_secret = (SELECT sealed_secret FROM clients WHERE client_id = $1)
      WHERE client_id = $2`,
    values: [client.id, thief.id],
  })
  const stolen = await sign(thief, { by: bytes(client.secret), alg: 'HS256' })
  await assertRefused(stolen, 'a sealed secret that was moved')
})

test('a new secret signs at once, and the one before until its end', async () => {
  const client = await machine({ token_endpoint_auth_method: 'client_secret_jwt' })
  const by = { actor: 'system' } as const
  const { secret } = await rotateClientSecret(server.app, client.id, { by, overlap: 60 })
  clock.advance(2)
  const signed = (text: string) => sign(client, { by: bytes(text), alg: 'HS256' })
  for (const text of [client.secret, secret]) {
    assert.equal((await send(await signed(text))).status, 200)
  }
  clock.advance(60)
  await assertRefused(await signed(client.secret), 'after its end')
  const next = await rotateClientSecret(server.app, client.id, { by })
  clock.advance(2)
  await assertRefused(await signed(secret), 'ended at once')
  assert.equal((await send(await signed(next.secret))).status, 200)
})

test('a client that comes to client_secret_jwt gets a secret that can sign, one that leaves keeps none', async () => {
  const client = await machine({})
  const change = async (method: 'client_secret_jwt' | 'client_secret_basic' | 'none') =>
    updateClient(server.app, client.id, {
      basedOn: 'any',
      by: { actor: 'system' },
      to: (input) => ({
        ...input,
        token_endpoint_auth_method: method,
        ...(method === 'none' && { grant_types: [] }),
      }),
    })
  const { secret } = await change('client_secret_jwt')
  assert.ok(secret !== undefined)
  clock.advance(2)
  const signed = await sign(client, { by: bytes(secret), alg: 'HS256' })
  assert.equal((await send(signed)).status, 200)
  const back = await change('client_secret_basic')
  assert.deepEqual([back.secret, back.client.sealedSecret], [undefined, null])
  clock.advance(2)
  assert.equal((await post(server, '/oauth/token', { ...client, secret }, grant)).status, 200)
  assert.equal((await change('none')).client.secretDigest, null)
})

test('OIDC Registration §2: a client uses the algorithm that it is registered for', async () => {
  for (const alg of ['ES256', 'ES384', 'ES512', 'PS256', 'RS256', 'Ed25519']) {
    const { client, made } = await withKey(alg)
    assert.equal((await send(await sign(client, made))).status, 200, alg)
  }
  const { client, made } = await withKey('RS256', { token_endpoint_auth_signing_alg: 'PS256' })
  await assertRefused(await sign(client, made), 'RS256 of one registered for PS256')
  const secret = await machine({
    token_endpoint_auth_method: 'client_secret_jwt',
    token_endpoint_auth_signing_alg: 'HS512',
  })
  const by = bytes(secret.secret)
  await assertRefused(await sign(secret, { by, alg: 'HS256' }), 'HS256 of one for HS512')
  assert.equal((await send(await sign(secret, { by, alg: 'HS512' }))).status, 200)
  const newer = await withKey('Ed25519', { token_endpoint_auth_signing_alg: 'EdDSA' })
  assert.equal((await send(await sign(newer.client, newer.made))).status, 200, 'RFC 9864 §2.2')
})

test('RFC 7523 §3, RFC 9126 §2: the audience is the issuer, the token endpoint or the endpoint itself', async () => {
  const { client, made } = await withKey('ES256')
  const at = async (aud: unknown, path = '/oauth/token') =>
    (await send(await sign(client, made, { aud }), { token: 'x' }, path)).status
  for (const aud of [server.url, `${server.url}/oauth/token`]) assert.equal(await at(aud), 200)
  assert.equal(await at('https://mtls.example.com/oauth/token'), 200, 'RFC 8705 §5')
  assert.equal(await at(`${server.url}/oauth/introspect`), 401, 'another endpoint')
  assert.equal(await at(`${server.url}/oauth/introspect`, '/oauth/introspect'), 200)
  assert.equal(await at(`${server.url}/oauth/token`, '/oauth/introspect'), 200)
  assert.notEqual(await at(`${server.url}/oauth/par`, '/oauth/par'), 401)
  assert.equal((await at(`${server.url}/oauth/token`, '/oauth/par')) === 401, false)
})

test('FAPI 2.0 §5.3.2.1: the audience is the issuer as a string; weak algorithms are refused', async () => {
  const key = await proofKey()
  const { client, made } = await withKey('ES256', { profile: 'fapi2' })
  const ask = async (changes: Record<string, unknown> = {}, by = made, from = client, dpop = key) =>
    rawRequest(`${server.url}/oauth/token`, {
      headers: {
        dpop: await proof(dpop, { htu: `${server.url}/oauth/token`, now: clock.now() }),
      },
      fields: {
        ...grant,
        client_assertion: await sign(from, by, changes),
        client_assertion_type: type,
      },
    })
  assert.equal((await ask()).status, 200)
  for (const aud of [
    [server.url],
    `${server.url}/oauth/token`,
    [server.url, 'https://x.example'],
  ]) {
    const { status: told, body } = await ask({ aud })
    assert.deepEqual([told, body.error], [401, 'invalid_client'], String(aud))
  }
  const now = numericDate(clock.now())
  assert.equal((await ask({ nbf: now + 8, iat: now + 8 })).status, 200, 'up to 10 s ahead')
  assert.equal((await ask({ iat: now + 61 })).status, 401, 'and never 60')
  const weak = await proofKey('RS256')
  const refused = await ask({}, made, client, weak)
  assert.equal(refused.body.error, 'invalid_dpop_proof', '§5.4.1: proofs too')
  const rsa = await generateKeyPair('RS256')
  const jwk = await exportJWK(rsa.publicKey)
  const other = await withKey('ES256', { profile: 'fapi2', jwks: { keys: [{ ...jwk }] } })
  const signed = await ask({}, { by: rsa.privateKey, alg: 'RS256' }, other.client)
  assert.equal(signed.body.error, 'invalid_client', '§5.4.1')
})

test('RFC 7517: keys at an address are read and kept; where they cannot be read nothing is proved', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  published = [{ ...jwk, kid: await calculateJwkThumbprint(jwk) }]
  const client = await machine({
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: `${home}/keys`,
  })
  const made = { by: privateKey, alg: 'ES256' }
  status = 500
  await assertRefused(await sign(client, made), 'the address is broken')
  assert.ok(lines.some((line) => /"why":"[^"]*JSON Web Key Set/.test(line)))
  status = 200
  reads = 0
  clock.advance(11) // a bad answer stands for ten seconds
  for (let i = 0; i < 3; i += 1) assert.equal((await send(await sign(client, made))).status, 200)
  assert.equal(reads, 1)
  const gone = await machine({
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: 'https://127.0.0.1:1/keys',
  }).catch(() => undefined)
  if (gone !== undefined) await assertRefused(await sign(gone, made), 'an address inside')
})

test('RFC 7523 §3: a token of an issuer that the client names proves who it is, with its client_id', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  published = [{ ...(await exportJWK(publicKey)), kid: 'cluster' }]
  const subject = 'system:serviceaccount:shop:worker'
  const client = await machine({
    token_endpoint_auth_method: 'private_key_jwt',
    federated_credentials: [{ issuer: home, subject, jwks_uri: `${home}/cluster-keys` }],
  })
  const token = (changes: Record<string, unknown> = {}) => {
    const now = numericDate(clock.now())
    const claims = { iss: home, sub: subject, aud: server.url, iat: now, exp: now + 3600 }
    return new SignJWT({ ...claims, ...changes })
      .setProtectedHeader({ alg: 'RS256', kid: 'cluster' })
      .sign(privateKey)
  }
  const named = { client_id: client.id }
  clock.advance(31)
  assert.equal((await send(await token(), named)).status, 200)
  await assertRefused(await token(), 'without a client_id')
  await assertRefused(await token({ sub: 'system:serviceaccount:shop:other' }), 'another', named)
  await assertRefused(await token({ aud: 'https://x.example' }), 'for somebody else', named)
  const other = await withKey('ES256')
  await assertRefused(await token(), 'another client', { client_id: other.client.id })
})

test('openid-client proves who it is by client_secret_jwt and private_key_jwt', async () => {
  const options = { execute: [oidc.allowInsecureRequests] }
  const secret = await machine({ token_endpoint_auth_method: 'client_secret_jwt' })
  const { client, made } = await withKey('ES256')
  // Its time is that of the machine.
  const skew = { [oidc.clockTolerance]: 0, [oidc.clockSkew]: numericDate(clock.now()) - now() }
  for (const [id, authentication] of [
    [secret.id, oidc.ClientSecretJwt(secret.secret)],
    [client.id, oidc.PrivateKeyJwt(made.by)],
  ] as const) {
    const config = await oidc.discovery(new URL(server.url), id, skew, authentication, options)
    assert.equal((await oidc.clientCredentialsGrant(config)).token_type, 'bearer')
  }
})

const now = () => Math.floor(Date.now() / 1000)
