import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { JWK } from 'jose'
import {
  CompactEncrypt,
  CompactSign,
  exportJWK,
  generateKeyPair,
  importJWK,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import * as oidc from 'openid-client'
import { manualClock, numericDate } from '../../src/base/index.ts'
import type { ClientInput } from '../../src/clients/index.ts'
import { sql } from '../../src/db/index.ts'
import { createMissingKeys } from '../../src/keys/index.ts'
import type { Fields } from '../harness/oauth.ts'
import { passPages, pkce, post, query, redeem } from '../harness/oauth.ts'
import { pushedPath, requestFields } from '../harness/pushed.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

type Signer = TestClient & { readonly key: CryptoKey; readonly alg: string }
type Claims = Readonly<Record<string, unknown>>

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const proof = pkce()
/** What the host of the clients answers: by path, its content and its media type. */
const files = new Map<string, readonly [text: string, type: string]>()
const asked: string[] = []
let host: Server
let at: string
let server: TestServer
let user: TestUser
let client: Signer
let other: Signer

before(async () => {
  host = createServer((request, response) => {
    asked.push(request.url ?? '')
    const [text, type] = files.get(request.url ?? '') ?? []
    response.writeHead(text === undefined ? 404 : 200, { 'content-type': type ?? 'text/plain' })
    response.end(text)
  })
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  const { port } = host.address() as AddressInfo
  at = `http://localhost:${port}`
  server = await testServer({
    clock,
    env: { CARDEA_PROTOCOL_OUTGOING_HOSTS: `localhost:${port}` },
  })
  user = await server.user()
  client = await signer('ES256')
  other = await signer('ES256')
})
after(async () => {
  await server?.close()
  host?.close()
})

async function signer(alg: string, input: Partial<ClientInput> = {}): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg)
  const jwks = { keys: [{ ...(await exportJWK(publicKey)) }] }
  return { ...(await server.client({ jwks, ...input })), key: privateKey, alg }
}

/** Members set to undefined are left out. */
function claimsOf(from: Signer, changes: Claims = {}) {
  const now = numericDate(clock.now())
  const { id } = from
  const about = { iss: id, aud: server.url, iat: now, nbf: now, exp: now + 300 }
  return JSON.parse(JSON.stringify({ ...requestFields(from, proof), ...about, ...changes }))
}

const typ = 'oauth-authz-req+jwt'

function sign(from: Signer, changes: Claims = {}, header: Claims = {}): Promise<string> {
  return new SignJWT(claimsOf(from, changes))
    .setProtectedHeader(JSON.parse(JSON.stringify({ alg: from.alg, typ, ...header })))
    .sign(from.key)
}

const path = (from: TestClient, fields: Fields) =>
  `/oauth/authorize?${query({ client_id: from.id, ...fields })}`
const go = (to: string) => fetch(server.url + to, { redirect: 'manual' })

/** How a request ends: in the pages, with an error at the client, or with one for the person. */
async function ends(to: string): Promise<string> {
  const response = await go(to)
  const location = response.headers.get('location')
  if (location?.startsWith('/login')) return 'pages'
  if (location !== null) return `client: ${new URL(location).searchParams.get('error')}`
  return `person: ${/<code>(\w+)<\/code>/.exec(await response.text())?.[1]}`
}

const accepts = async (object: string, why: string, from: TestClient = client) =>
  assert.equal(await ends(path(from, { request: object })), 'pages', why)
const refuses = async (object: string, why: string, from: TestClient = client) =>
  assert.equal(await ends(path(from, { request: object })), 'person: invalid_request_object', why)

async function code(to: string): Promise<string> {
  const page = await passPages(server.browser(), to, user)
  return page.left?.searchParams.get('code') ?? assert.fail(page.body)
}

test('RFC 9101 §5: what is signed is the request; of what stands beside it only client_id counts', async () => {
  const request = await sign(client, { scope: 'openid', max_age: 600, claims: { userinfo: {} } })
  const beside = { scope: 'openid email', state: 'evil', redirect_uri: 'https://evil.example/' }
  const page = await passPages(server.browser(), path(client, { request, ...beside }), user)
  assert.equal(`${page.left?.origin}${page.left?.pathname}`, callback, page.body)
  assert.equal(page.left?.searchParams.get('state'), 'st-1')
  const given = page.left?.searchParams.get('code') ?? ''
  assert.equal((await redeem(server, client, given, proof.verifier)).body.scope, 'openid')
  const partly = await sign(client, { response_type: undefined })
  const missing = await ends(path(client, { request: partly, response_type: 'code' }))
  assert.equal(missing, 'client: invalid_request')
})

test('RFC 9101 §4 and §6.2: the client must have signed it, by an algorithm that counts', async () => {
  for (const alg of ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA']) {
    const one = await signer(alg)
    await accepts(await sign(one), alg, one)
  }
  const none = new UnsecuredJWT(claimsOf(client)).encode()
  await refuses(none, 'RFC 9101 §10.1: alg none')
  await refuses(await sign({ ...other, id: client.id }), 'the key of another client')
  await refuses(await sign({ ...client, key: other.key }), 'another key')
  const secret = new TextEncoder().encode(client.secret)
  const symmetric = new SignJWT(claimsOf(client)).setProtectedHeader({ alg: 'HS256', typ })
  await refuses(await symmetric.sign(secret), 'HS256')
  await refuses('no.jwt.atall', 'no JWT')
  const keyless = await server.client()
  await refuses(await sign({ ...client, id: keyless.id }), 'a client without keys', keyless)
  const only = await signer('ES256', { request_object_signing_alg: 'PS256' })
  await refuses(await sign(only), 'registered for another algorithm', only)
})

test('RFC 9101 §4, §5, §6.3 and §10.8: the claims say whose request it is, for whom and since when', async () => {
  const now = numericDate(clock.now())
  await accepts(
    await sign(client, { iss: undefined, aud: undefined, exp: undefined, nbf: undefined }),
    'few',
  )
  await accepts(await sign(client, { aud: ['https://other.example', server.url] }), 'among others')
  await accepts(await sign(client, {}, { typ: 'JWT' }), 'typ JWT')
  await accepts(await sign(client, {}, { typ: undefined }), 'no typ')
  const wrong: [Claims, string][] = [
    [{ client_id: other.id }, 'client_id of another'],
    [{ client_id: undefined }, 'no client_id'],
    [{ iss: other.id }, 'iss'],
    [{ aud: 'https://other.example' }, 'aud'],
    [{ exp: now - 60 }, 'expired'],
    [{ nbf: now + 60 }, 'not yet'],
    [{ iat: now + 60 }, 'from the future'],
    [{ sub: client.id }, 'an assertion of the client'],
    [{ request: 'x' }, 'a request inside'],
    [{ request_uri: 'https://app.example.com/r' }, 'a request_uri inside'],
  ]
  for (const [changes, why] of wrong) await refuses(await sign(client, changes), why)
  await refuses(await sign(client, {}, { typ: 'at+jwt' }), 'another type of JWT')
  const nested = JSON.stringify(claimsOf(client, { claims: 0 })).replace(
    '"claims":0',
    `"claims":${'['.repeat(8000)}${']'.repeat(8000)}`,
  )
  const deep = new CompactSign(new TextEncoder().encode(nested))
  const request = await deep.setProtectedHeader({ alg: 'ES256' }).sign(client.key)
  const { status, body } = await post(server, '/oauth/par', client, { request })
  assert.deepEqual([status, body.error], [400, 'invalid_request_object'], 'too deep')
})

test('RFC 9101 §7: the client is told where it named a registered address, and the person otherwise', async () => {
  const request = await sign(client, { aud: 'https://other.example' })
  const told = path(client, { request, redirect_uri: callback })
  assert.equal(await ends(told), 'client: invalid_request_object')
  const evil = path(client, { request, redirect_uri: 'https://evil.example/' })
  assert.equal(await ends(evil), 'person: invalid_request_object')
  const both = path(client, { request, request_uri: 'https://app.example.com/r' })
  assert.equal(await ends(both), 'person: invalid_request', 'RFC 9101 §5: one of them')
  const unregistered = await sign(client, { redirect_uri: 'https://evil.example/' })
  assert.equal(await ends(path(client, { request: unregistered })), 'person: invalid_request')
})

test('RFC 9101 §6.1: a request object may be encrypted to a key that the server publishes', async () => {
  await createMissingKeys({ ...server.app, clock }, ['RSA-OAEP-256'])
  await server.app.keys.refresh()
  const { keys } = await (await fetch(`${server.url}/oauth/jwks`)).json()
  const published: JWK[] = keys.filter(({ use }: JWK) => use === 'enc')
  assert.deepEqual(new Set(published.map(({ kty }) => kty)), new Set(['EC', 'RSA']))
  assert.ok(published.every((jwk) => !('d' in jwk)))
  const seal = async (text: string, alg: string, enc: string, named = true) => {
    const jwk = published.find(({ kty }) => (kty === 'RSA') === alg.startsWith('RSA')) ?? {}
    const header = { alg, enc, cty: typ, ...(named && { kid: jwk.kid ?? '' }) }
    return new CompactEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader(header)
      .encrypt(await importJWK(jwk, alg))
  }
  const signed = await sign(client)
  for (const alg of ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW']) {
    await accepts(await seal(signed, alg, 'A256GCM'), alg)
  }
  await accepts(await seal(signed, 'ECDH-ES', 'A128CBC-HS256', false), 'no kid')
  await refuses(await seal(JSON.stringify(claimsOf(client)), 'ECDH-ES', 'A128GCM'), 'not signed')
  const sealed = await seal(signed, 'ECDH-ES', 'A128GCM')
  await refuses(sealed.replace(/.{10}$/, 'AAAAAAAAAA'), 'damaged')
  const unknown = { alg: 'RSA-OAEP-256', enc: 'A128GCM', kid: 'unknown' }
  const { publicKey } = await generateKeyPair('RSA-OAEP-256')
  const stranger = new CompactEncrypt(new TextEncoder().encode(signed)).setProtectedHeader(unknown)
  await refuses(await stranger.encrypt(publicKey), 'a key that is not ours')
})

test('RFC 9101 §10.5: who must sign its requests cannot do without, in the browser or pushed', async () => {
  const strict = await signer('ES256', { require_signed_request_object: true })
  const plain = requestFields(strict, proof)
  assert.equal(await ends(path(strict, plain)), 'client: invalid_request')
  await accepts(await sign(strict), 'signed', strict)
  const refused = await post(server, '/oauth/par', strict, plain)
  assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_request'], 'RFC 9126 §2.3')
  const request = await sign(strict)
  const pushed = await post(server, '/oauth/par', strict, { request, scope: 'openid email' })
  assert.equal(pushed.status, 201, JSON.stringify(pushed.body))
  const given = await code(pushedPath(strict.id, pushed.body.request_uri))
  assert.equal((await redeem(server, strict, given, proof.verifier)).status, 200)
})

test('RFC 9126 §3: a pushed request object is judged like one in the browser', async () => {
  for (const changes of [{ client_id: other.id }, { aud: 'https://other.example' }]) {
    const request = await sign(client, changes)
    const { status, body } = await post(server, '/oauth/par', client, { request })
    assert.deepEqual([status, body.error], [400, 'invalid_request_object'])
  }
  const request = await sign(client, { max_age: 'soon' })
  const { status, body } = await post(server, '/oauth/par', client, { request })
  assert.deepEqual([status, body.error], [400, 'invalid_request'])
})

test('FAPI 2.0 Message Signing §5.3.1: a strict client says for whom and for how long it signs', async () => {
  const fapi = await signer('ES256', {
    profile: 'fapi2',
    token_endpoint_auth_method: 'private_key_jwt',
    dpop_bound_access_tokens: true,
  })
  const now = numericDate(clock.now())
  const assertion = (jti = randomUUID()) =>
    new SignJWT({ iss: fapi.id, sub: fapi.id, aud: server.url, exp: now + 60, jti })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(fapi.key)
  const send = async (changes: Claims) => {
    const answer = await post(server, '/oauth/par', undefined, {
      request: await sign(fapi, changes),
      client_assertion: await assertion(),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    return answer.status === 201 ? 'kept' : String(answer.body.error)
  }
  assert.equal(await send({}), 'kept')
  for (const changes of [
    { aud: undefined },
    { exp: undefined },
    { nbf: undefined },
    { exp: now + 3601 },
    { nbf: now - 3700, exp: now + 10 },
  ]) {
    assert.equal(await send(changes), 'invalid_request_object', JSON.stringify(changes))
  }
  assert.equal(await send({ redirect_uri: undefined }), 'invalid_request', 'FAPI 2.0 §5.3.2.2')
})

test('RFC 9101 §5.2 and OIDC Core §6.2: a request object is read from an address that is registered', async () => {
  const uris = ['/sound', '/typed', '/large', '/missing', '/hashed'].map((one) => at + one)
  const one = await signer('ES256')
  // A registration takes https only; what is tested here is what comes after it.
  await server.app.db.run(sql`
    UPDATE clients SET metadata = metadata || ${JSON.stringify({ request_uris: uris })}::jsonb
    WHERE client_id = ${one.id}`)
  const object = await sign(one)
  const type = 'application/oauth-authz-req+jwt'
  files.set('/sound', [object, type])
  files.set('/typed', [object, 'text/html'])
  files.set('/large', ['x'.repeat(40_000), type])
  const by = (uri: string) => ends(path(one, { request_uri: uri }))
  assert.equal(await by(`${at}/sound`), 'pages')
  for (const uri of ['/typed', '/large', '/missing', '/sound?unregistered', '/unregistered']) {
    assert.equal(await by(at + uri), 'person: invalid_request_uri', uri)
  }
  assert.equal(asked.includes('/unregistered'), false, 'nobody is asked who is not registered')
  assert.equal(await by('urn:example:x'), 'person: invalid_request_uri')
  const digest = createHash('sha256').update(object).digest('base64url')
  files.set('/hashed', [object, type])
  assert.equal(await by(`${at}/hashed#${digest}`), 'pages')
  assert.equal(await by(`${at}/hashed#${digest}`), 'pages')
  assert.equal(
    asked.filter((url) => url === '/hashed').length,
    1,
    'kept while its name is the same',
  )
  const next = createHash('sha256').update('another').digest('base64url')
  assert.equal(await by(`${at}/hashed#${next}`), 'person: invalid_request_uri', 'another content')
  assert.equal(asked.filter((url) => url === '/hashed').length, 2, 'a new name is read anew')
})

test('OIDC Core §6.2: addresses in our own network are not asked, nor any where it is switched off', async () => {
  const inside = 'https://127.0.0.1/object'
  const one = await signer('ES256', { request_uris: [inside] })
  assert.equal(await ends(path(one, { request_uri: inside })), 'person: invalid_request_uri')
  const closed = await testServer({ env: { CARDEA_PROTOCOL_REQUEST_URIS: 'false' } })
  try {
    const metadata = await (await fetch(`${closed.url}/.well-known/openid-configuration`)).json()
    assert.equal(metadata.request_uri_parameter_supported, false)
    const { id } = await closed.client({ request_uris: ['https://app.example.com/r'] })
    const fields = {
      client_id: id,
      request_uri: 'https://app.example.com/r',
      redirect_uri: callback,
    }
    const response = await fetch(`${closed.url}/oauth/authorize?${query(fields)}`, {
      redirect: 'manual',
    })
    const to = new URL(response.headers.get('location') ?? '', closed.url)
    assert.equal(to.searchParams.get('error'), 'request_uri_not_supported')
  } finally {
    await closed.close()
  }
})

test('openid-client signs a request, and pushes a signed one', async () => {
  const config = await oidc.discovery(
    new URL(server.url),
    client.id,
    client.secret,
    oidc.ClientSecretBasic(client.secret),
    { execute: [oidc.allowInsecureRequests] },
  )
  const parameters = new URLSearchParams({
    redirect_uri: callback,
    scope: 'openid email',
    response_type: 'code',
    code_challenge: proof.challenge,
    code_challenge_method: 'S256',
    state: 'st-3',
  })
  const modify = {
    [oidc.modifyAssertion]: (_header: unknown, payload: Record<string, unknown>) => {
      // Its clock is the real one.
      const now = numericDate(clock.now())
      Object.assign(payload, { iat: now, nbf: now, exp: now + 300 })
    },
  }
  const address = await oidc.buildAuthorizationUrlWithJAR(config, parameters, client.key, modify)
  assert.deepEqual([...address.searchParams.keys()].sort(), ['client_id', 'request'])
  const page = await passPages(server.browser(), address.href, user)
  assert.equal(page.left?.searchParams.get('state'), 'st-3', page.body)
  const pushed = await oidc.buildAuthorizationUrlWithPAR(config, address.searchParams)
  assert.ok(await code(pushed.href))
})
