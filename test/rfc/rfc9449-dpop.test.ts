import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import * as oidc from 'openid-client'
import { manualClock } from '../../src/base/index.ts'
import type { ProofKey } from '../harness/dpop.ts'
import { proof, proofKey } from '../harness/dpop.ts'
import type { Fields } from '../harness/oauth.ts'
import { basic, introspect, obtainCode, passPages } from '../harness/oauth.ts'
import { rawRequest } from '../harness/raw-request.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
let server: TestServer
/** Demands nonces, and has the time of the libraries. */
let strict: TestServer
let machine: TestClient
let app: TestClient
let user: TestUser
let key: ProofKey
let other: ProofKey
let endpoint = ''
let resource = ''

before(async () => {
  server = await testServer({ clock })
  strict = await testServer({ env: { CARDEA_PROTOCOL_DPOP_NONCE: 'true' } })
  machine = await server.client({ grant_types: ['client_credentials'], scope: 'read' })
  app = await server.client({ token_endpoint_auth_method: 'none' })
  user = await server.user()
  key = await proofKey()
  other = await proofKey()
  endpoint = `${server.url}/oauth/token`
  resource = `${server.url}/oauth/userinfo`
})
after(() => Promise.all([server?.close(), strict?.close()]))

type Changes = Partial<Parameters<typeof proof>[1]>
const prove = (changes: Changes = {}, by = key) =>
  proof(by, { htu: endpoint, now: clock.now(), ...changes })

const ask = (dpop: string | string[] | undefined, client = machine) =>
  rawRequest(endpoint, {
    headers: { ...basic(client), ...(dpop !== undefined && { dpop }) },
    fields: { grant_type: 'client_credentials' },
  })

async function assertRefused(dpop: string | string[] | undefined, why: string, client = machine) {
  const { status, body } = await ask(dpop, client)
  assert.deepEqual([status, body.error], [400, 'invalid_dpop_proof'], why)
}

const byApp = async (fields: Fields, by: ProofKey | undefined) =>
  rawRequest(endpoint, {
    headers: by ? { dpop: await prove({}, by) } : {},
    fields: { client_id: app.id, ...fields },
  })

async function redeemed(by: ProofKey | undefined, asked: Fields = {}) {
  const { code, proof: pkce } = await obtainCode(server, app, user, { fields: asked })
  const fields = { code, code_verifier: pkce.verifier, redirect_uri: callback }
  return byApp({ grant_type: 'authorization_code', ...fields }, by)
}

const use = async (token: string, dpop: string | string[] | undefined, scheme = 'DPoP') =>
  rawRequest(resource, {
    method: 'GET',
    headers: { authorization: `${scheme} ${token}`, ...(dpop !== undefined && { dpop }) },
  })

const proveUse = (token: string, changes: Changes = {}, by = key) =>
  prove({ htu: resource, htm: 'GET', token, ...changes }, by)

test('§5, §6.1: a proof binds the access token to its key, and the answer says so', async () => {
  for (const alg of ['ES256', 'ES384', 'PS256', 'RS256', 'Ed25519']) {
    const by = await proofKey(alg)
    const { status, body } = await ask(await prove({}, by))
    assert.deepEqual([status, body.token_type], [200, 'DPoP'], alg)
    assert.deepEqual(decodeJwt(String(body.access_token)).cnf, { jkt: by.jkt }, alg)
  }
  const { body } = await ask(undefined)
  assert.equal(body.token_type, 'Bearer')
  assert.equal(decodeJwt(String(body.access_token)).cnf, undefined)
})

test('§6.2: introspection tells the key of a bound token', async () => {
  const { body } = await ask(await prove())
  const told = await introspect(server, machine, body.access_token)
  assert.deepEqual([told.active, told.token_type, told.cnf], [true, 'DPoP', { jkt: key.jkt }])
})

test('§4.3: a proof is one JWT of the right type and algorithm, signed by the public key in it', async () => {
  const twice = [await prove(), await prove()]
  await assertRefused(twice, '1: two headers')
  await assertRefused(twice.join(', '), '2: two in one')
  for (const text of ['', 'x', 'a.b.c', '..']) await assertRefused(text, `2: ${text}`)
  await assertRefused(await prove({ header: { typ: 'JWT' } }), '4: typ')
  await assertRefused(await prove({ header: { typ: undefined } }), '4: no typ')
  const head = Buffer.from('{"alg":"none","typ":"dpop+jwt"}').toString('base64url')
  const [, claims] = (await prove()).split('.')
  await assertRefused(`${head}.${claims}.`, '5: none')
  await assertRefused(await prove({}, await proofKey('PS384')), '5: an algorithm nobody told of')
  const secret = { kty: 'oct', k: Buffer.alloc(32, 1).toString('base64url') }
  const mac = new SignJWT(decodeJwt(await prove()))
    .setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt', jwk: secret })
    .sign(Buffer.alloc(32, 1))
  await assertRefused(await mac, '5: symmetric')
  await assertRefused(await prove({ header: { jwk: other.jwk } }), '6: the key of another')
  await assertRefused(await prove({ header: { jwk: undefined } }), '6: no key')
  const huge = { ...(await proofKey('RS256')).jwk, n: 'x'.repeat(1000) }
  await assertRefused(await prove({ header: { jwk: huge } }), '6: a key that would take long')
  const whole = await exportJWK(key.privateKey)
  await assertRefused(await prove({ header: { jwk: whole } }), '7: a private key')
})

test('§4.3: a proof is for this method and address, however that is spelt', async () => {
  for (const [why, claims] of Object.entries({
    'no htm': { htm: undefined },
    'another method': { htm: 'GET' },
    'a method in small letters': { htm: 'post' },
    'no htu': { htu: undefined },
    'another path': { htu: `${server.url}/oauth/introspect` },
    'a path that goes on': { htu: `${endpoint}/` },
    'another host': { htu: 'https://evil.example/oauth/token' },
    'another scheme': { htu: endpoint.replace('http:', 'https:') },
    'a person in the address': { htu: endpoint.replace('//', '//someone@') },
    'no address': { htu: 'token' },
    'a list': { htu: [endpoint] },
  })) {
    await assertRefused(await prove({ claims }), why)
  }
  const spelt = [
    `${endpoint}?a=b`,
    `${endpoint}#c`,
    endpoint.replace('http://localhost', 'HTTP://LOCALHOST'),
    endpoint.replace('/oauth/token', '/x/../oauth/%74oken'),
  ]
  for (const htu of spelt) assert.equal((await ask(await prove({ htu }))).status, 200, htu)
})

test('§4.3, §11.1: a proof is young, and has an id', async () => {
  const iat = Math.floor(clock.now().getTime() / 1000)
  for (const [why, claims] of Object.entries({
    'no iat': { iat: undefined },
    'no number': { iat: '1' },
    'too old': { iat: iat - 91 },
    'too far ahead': { iat: iat + 31 },
    expired: { exp: iat - 60 },
    'no jti': { jti: undefined },
    'an empty jti': { jti: '' },
    'a number as jti': { jti: 1 },
    'a jti without end': { jti: 'x'.repeat(257) },
  })) {
    await assertRefused(await prove({ claims }), why)
  }
  for (const at of [iat - 90, iat + 30]) {
    assert.equal((await ask(await prove({ claims: { iat: at } }))).status, 200, String(at - iat))
  }
})

test('§11.1: a proof is good once, for as long as it could be used', async () => {
  const used = await prove()
  assert.equal((await ask(used)).status, 200)
  await assertRefused(used, 'at once')
  clock.advance(89)
  await assertRefused(used, 'at the end of its life')
  const jti = randomUUID()
  assert.equal((await ask(await prove({ claims: { jti } }))).status, 200)
  await assertRefused(await prove({ claims: { jti } }), 'another proof of the same id')
  assert.equal((await ask(await prove({ claims: { jti } }, other))).status, 200, 'of another key')
})

test('§11.1: of 50 parallel uses of one proof one wins', async () => {
  const used = await prove()
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(used)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  const lost = answers.filter(({ status }) => status !== 200)
  assert.ok(lost.every(({ body }) => body.error === 'invalid_dpop_proof'))
})

test('§5.2: who is registered for bound tokens gets no others', async () => {
  const client = await server.client({
    grant_types: ['client_credentials'],
    dpop_bound_access_tokens: true,
  })
  await assertRefused(undefined, 'no proof', client)
  assert.equal((await ask(await prove(), client)).body.token_type, 'DPoP')
})

test('a client without a proof costs no statement, and one with a proof neither', async () => {
  await ask(undefined)
  server.statements()
  assert.equal((await ask(undefined)).status, 200)
  assert.equal((await ask(await prove())).status, 200)
  assert.deepEqual(server.statements(), [])
})

test('§5: refresh tokens of a public client are bound to the key, those of others are not', async () => {
  const { body } = await redeemed(key)
  assert.equal(body.token_type, 'DPoP')
  const fields = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) }
  for (const by of [undefined, other]) {
    const refused = await byApp(fields, by)
    assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_grant'])
  }
  const { status, body: next } = await byApp(fields, key)
  assert.deepEqual([status, next.token_type], [200, 'DPoP'], 'and nothing was revoked')
  assert.deepEqual(decodeJwt(String(next.access_token)).cnf, { jkt: key.jkt })

  const web = await server.client()
  const { code, proof: pkce } = await obtainCode(server, web, user)
  const send = async (given: Fields, by: ProofKey) =>
    rawRequest(endpoint, { headers: { ...basic(web), dpop: await prove({}, by) }, fields: given })
  const first = await send(
    {
      grant_type: 'authorization_code',
      code,
      code_verifier: pkce.verifier,
      redirect_uri: callback,
    },
    key,
  )
  const refresh = { grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token) }
  const renewed = await send(refresh, other)
  assert.deepEqual(decodeJwt(String(renewed.body.access_token)).cnf, { jkt: other.jkt })
})

test('§10: a code that names a key is redeemed by that key only', async () => {
  for (const by of [undefined, other]) {
    const { status, body } = await redeemed(by, { dpop_jkt: key.jkt })
    assert.deepEqual([status, body.error], [400, 'invalid_grant'])
  }
  assert.equal((await redeemed(key, { dpop_jkt: key.jkt })).status, 200)
})

test('§7.1: a bound token is used with a proof for it, and in no other way', async () => {
  const { body } = await redeemed(key)
  const token = String(body.access_token)
  const good = await use(token, await proveUse(token))
  assert.deepEqual([good.status, good.body.sub], [200, user.id])
  const bearer = await use(token, undefined, 'Bearer')
  assert.deepEqual([bearer.status, bearer.body.error], [401, 'invalid_token'], '§7.2')
  const said = String(bearer.headers['www-authenticate'])
  assert.match(said, /^Bearer realm="cardea", error="invalid_token", DPoP algs="ES256 /)
  const both = await use(token, await proveUse(token), 'Bearer')
  assert.equal(both.body.error, 'invalid_token', 'a proof does not make it a bearer token')
  const inBody = await rawRequest(resource, {
    headers: { dpop: await prove({ htu: resource, token }) },
    fields: { access_token: token },
  })
  assert.deepEqual([inBody.status, inBody.body.error], [401, 'invalid_token'])
  for (const [why, dpop] of Object.entries({
    none: undefined,
    'another key': await proveUse(token, {}, other),
    'no ath': await proveUse(token, { claims: { ath: undefined } }),
    'ath of another token': await proveUse('other'),
    'another method': await proveUse(token, { htm: 'POST' }),
    'another address': await proveUse(token, { htu: endpoint }),
  })) {
    const { status, body: refused, headers } = await use(token, dpop)
    assert.deepEqual([status, refused.error], [401, 'invalid_dpop_proof'], why)
    assert.match(String(headers['www-authenticate']), /^DPoP algs="[^"]+", error="invalid_dpop_/)
  }
  const once = await proveUse(token)
  assert.equal((await use(token, once)).status, 200)
  assert.equal((await use(token, once)).body.error, 'invalid_dpop_proof', 'replayed')
})

test('§7.1: a token that is not bound is a bearer token and no other', async () => {
  const { code, proof: pkce } = await obtainCode(server, app, user)
  const fields = { code, code_verifier: pkce.verifier, redirect_uri: callback }
  const { body } = await byApp({ grant_type: 'authorization_code', ...fields }, undefined)
  const token = String(body.access_token)
  assert.equal((await use(token, undefined, 'Bearer')).status, 200)
  const refused = await use(token, await proveUse(token))
  assert.deepEqual([refused.status, refused.body.error], [401, 'invalid_token'])
})

test('§7.2: our own API takes no bound token of a client for a bearer token', async () => {
  const path = `${server.url}/api/v1/admin/clients`
  const reach = (token: unknown, scheme = 'Bearer') =>
    rawRequest(path, { method: 'GET', headers: { authorization: `${scheme} ${String(token)}` } })
  const plain = (await ask(undefined)).body.access_token
  assert.equal((await reach(plain)).status, 403, 'known, and not allowed')
  const bound = (await ask(await prove())).body.access_token
  assert.equal((await reach(bound)).status, 401)
  assert.equal((await reach(bound, 'DPoP')).status, 401)
})

test('§5.1: the metadata tells the algorithms', async () => {
  const { body } = await rawRequest(`${server.url}/.well-known/openid-configuration`, {
    method: 'GET',
  })
  const algs = ['ES256', 'ES384', 'ES512', 'PS256', 'RS256', 'EdDSA', 'Ed25519']
  assert.deepEqual(body.dpop_signing_alg_values_supported, algs)
})

test('§8, §9: a server that wants its nonce says which, where tokens are given and used', async () => {
  const client = await strict.client({ grant_types: ['client_credentials'], scope: 'read' })
  const htu = `${strict.url}/oauth/token`
  const send = (dpop: string) =>
    rawRequest(htu, {
      headers: { ...basic(client), dpop },
      fields: { grant_type: 'client_credentials' },
    })
  const first = await send(await proof(key, { htu }))
  assert.deepEqual([first.status, first.body.error], [400, 'use_dpop_nonce'])
  const nonce = first.headers['dpop-nonce']
  assert.match(String(nonce), /^[\w-]{22}$/)
  const wrong = await send(await proof(key, { htu, claims: { nonce: 'x' } }))
  assert.equal(wrong.body.error, 'use_dpop_nonce')
  const good = await send(await proof(key, { htu, claims: { nonce } }))
  assert.deepEqual([good.status, good.headers['dpop-nonce']], [200, nonce], '§8.2')

  const target = `${strict.url}/oauth/userinfo`
  const token = String(good.body.access_token)
  const get = (dpop: string) =>
    rawRequest(target, { method: 'GET', headers: { authorization: `DPoP ${token}`, dpop } })
  const bare = await get(await proof(key, { htu: target, htm: 'GET', token }))
  assert.deepEqual([bare.status, bare.headers['dpop-nonce']], [401, nonce])
  assert.match(String(bare.headers['www-authenticate']), /^DPoP .*error="use_dpop_nonce"/)
  const asked = await get(await proof(key, { htu: target, htm: 'GET', token, claims: { nonce } }))
  assert.deepEqual([asked.status, asked.body.error], [403, 'insufficient_scope'])
})

test('§8: openid-client goes through a login with nonces', async () => {
  const client = await strict.client({ dpop_bound_access_tokens: true })
  const person = await strict.user()
  const config = await oidc.discovery(
    new URL(strict.url),
    client.id,
    client.secret,
    oidc.ClientSecretBasic(client.secret),
    { execute: [oidc.allowInsecureRequests] },
  )
  const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'))
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const address = oidc.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: 'openid email offline_access',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    dpop_jkt: await DPoP.calculateThumbprint(),
  })
  const { left } = await passPages(strict.browser(), address.href, person)
  assert.ok(left)
  const options = { DPoP }
  const checks = { pkceCodeVerifier, idTokenExpected: true }
  const tokens = await oidc.authorizationCodeGrant(config, left, checks, undefined, options)
  assert.equal(tokens.token_type, 'dpop')
  const info = await oidc.fetchUserInfo(config, tokens.access_token, person.id, options)
  assert.equal(info.email, person.email)
  const renewed = await oidc.refreshTokenGrant(
    config,
    String(tokens.refresh_token),
    undefined,
    options,
  )
  assert.equal(renewed.token_type, 'dpop')
})

test('FAPI 2.0 §5.3.2: openid-client pushes its request with a proof, and is held to that key', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const client = await strict.client({
    profile: 'fapi2',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ ...(await exportJWK(publicKey)) }] },
    id_token_signed_response_alg: 'ES256',
  })
  const person = await strict.user()
  const config = await oidc.discovery(
    new URL(strict.url),
    client.id,
    { id_token_signed_response_alg: 'ES256' },
    oidc.PrivateKeyJwt(privateKey),
    { execute: [oidc.allowInsecureRequests] },
  )
  const begin = async (DPoP: oidc.DPoPHandle) => {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
    const parameters = {
      redirect_uri: callback,
      scope: 'openid email',
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    }
    const address = await oidc.buildAuthorizationUrlWithPAR(config, parameters, { DPoP })
    const { left } = await passPages(strict.browser(), address.href, person)
    assert.ok(left)
    return { left, checks: { pkceCodeVerifier, idTokenExpected: true } }
  }
  const newHandle = async () => oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'))
  const DPoP = await newHandle()
  const { left, checks } = await begin(DPoP)
  const tokens = await oidc.authorizationCodeGrant(config, left, checks, undefined, { DPoP })
  assert.equal(tokens.token_type, 'dpop')
  const other = await begin(DPoP)
  const thief = { DPoP: await newHandle() }
  await assert.rejects(
    oidc.authorizationCodeGrant(config, other.left, other.checks, undefined, thief),
    (error) => error instanceof oidc.ResponseBodyError && error.error === 'invalid_grant',
  )
})

test('§8: oauth4webapi gets a token with nonces', async () => {
  const { id, secret } = await strict.client({ grant_types: ['client_credentials'] })
  const issuer = new URL(strict.url)
  const insecure = { [oauth.allowInsecureRequests]: true }
  const found = await oauth.discoveryRequest(issuer, insecure)
  const as = await oauth.processDiscoveryResponse(issuer, found)
  const client: oauth.Client = { client_id: id }
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
  const proveSecret = oauth.ClientSecretBasic(secret)
  const options = { ...insecure, DPoP }
  const attempt = async () => {
    const answer = await oauth.clientCredentialsGrantRequest(as, client, proveSecret, {}, options)
    return oauth.processClientCredentialsResponse(as, client, answer)
  }
  await assert.rejects(attempt(), (error) => oauth.isDPoPNonceError(error))
  assert.equal((await attempt()).token_type, 'dpop')
})
