import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { JWTPayload } from 'jose'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { manualClock, numericDate } from '../../src/base/index.ts'
import { post } from '../harness/oauth.ts'
import type { TestClient, TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

/** Members set to undefined are left out. */
type Claims = Readonly<Record<string, unknown>>
type Algorithm = 'ES256' | 'RS256'
type Machine = { client: TestClient; key: CryptoKey; alg: Algorithm }

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
let server: TestServer
let elliptic: Machine
let rsa: Machine

before(async () => {
  server = await testServer({ clock })
  elliptic = await machine('ES256')
  rsa = await machine('RS256')
})
after(() => server.close())

async function machine(alg: Algorithm): Promise<Machine> {
  const { publicKey, privateKey } = await generateKeyPair(alg)
  const client = await server.client({
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['client_credentials'],
    scope: 'read',
    jwks: { keys: [{ ...(await exportJWK(publicKey)) }] },
  })
  return { client, key: privateKey, alg }
}

function claims(from: Machine, changes: Claims = {}): JWTPayload {
  const now = numericDate(clock.now())
  const { id } = from.client
  const sound = { iss: id, sub: id, aud: server.url, iat: now, exp: now + 60, jti: randomUUID() }
  return JSON.parse(JSON.stringify({ ...sound, ...changes }))
}

const sign = (from: Machine, changes: Claims = {}, key = from.key) =>
  new SignJWT(claims(from, changes)).setProtectedHeader({ alg: from.alg }).sign(key)

const send = (client_assertion: string, fields: Record<string, string | undefined> = {}) =>
  post(server, '/oauth/token', undefined, {
    grant_type: 'client_credentials',
    client_assertion,
    client_assertion_type: type,
    ...fields,
  })

async function assertRefused(assertion: string, why: string, fields = {}) {
  const { status, body, headers } = await send(assertion, fields)
  assert.deepEqual([status, body.error], [401, 'invalid_client'], why)
  assert.ok(headers.has('www-authenticate'), why)
}

test('RFC 7523 §2.2: an assertion authenticates a client, signed with ES256 or RS256', async () => {
  for (const from of [elliptic, rsa]) {
    const { status, body } = await send(await sign(from))
    assert.equal(status, 200, from.alg)
    assert.equal(body.scope, 'read')
    const named = await send(await sign(from), { client_id: from.client.id })
    assert.equal(named.status, 200, 'with a client_id that is the same')
  }
})

test('RFC 7523 §3: the audience is the issuer or the token endpoint, alone or among others', async () => {
  for (const aud of [
    `${server.url}/oauth/token`,
    [server.url],
    ['https://x.example', server.url],
  ]) {
    assert.equal((await send(await sign(elliptic, { aud }))).status, 200, String(aud))
  }
  for (const aud of ['https://x.example', `${server.url}/`, `${server.url}/oauth/authorize`, []]) {
    await assertRefused(await sign(elliptic, { aud }), `aud ${String(aud)}`)
  }
  await assertRefused(await sign(elliptic, { aud: undefined }), 'no aud')
})

test('RFC 7523 §3: the signature must be of a key of the client', async () => {
  const { privateKey } = await generateKeyPair('ES256')
  await assertRefused(await sign(elliptic, {}, privateKey), 'a key nobody knows')
  const foreign = await sign({ ...rsa, client: elliptic.client })
  await assertRefused(foreign, 'the key of another client')
  await assertRefused(new UnsecuredJWT(claims(elliptic)).encode(), 'alg none')
  const secret = new TextEncoder().encode('x'.repeat(32))
  const mac = await new SignJWT(claims(elliptic)).setProtectedHeader({ alg: 'HS256' }).sign(secret)
  await assertRefused(mac, 'HS256')
  const [head, , signature] = (await sign(elliptic)).split('.')
  const body = Buffer.from(JSON.stringify(claims(elliptic))).toString('base64url')
  await assertRefused(`${head}.${body}.${signature}`, 'a payload that was exchanged')
  for (const garbage of ['x', 'a.b.c', '..', 'e30.e30.e30']) await assertRefused(garbage, garbage)
})

test('RFC 7523 §3: exp is needed, is not past and not far away; iat and nbf are not in the future', async () => {
  const now = numericDate(clock.now())
  await assertRefused(await sign(elliptic, { exp: undefined }), 'no exp')
  await assertRefused(await sign(elliptic, { exp: now - 31 }), 'expired')
  await assertRefused(await sign(elliptic, { exp: now + 3600 }), 'too far')
  await assertRefused(await sign(elliptic, { iat: now + 120, exp: now + 180 }), 'iat ahead')
  await assertRefused(await sign(elliptic, { nbf: now + 120, exp: now + 180 }), 'nbf ahead')
  const skewed = await sign(elliptic, { exp: now - 10 })
  assert.equal((await send(skewed)).status, 200, 'clocks may differ a little')
  const ahead = await sign(elliptic, { iat: now + 20 })
  assert.equal((await send(ahead)).status, 200, 'in both directions')
})

test('OIDC Core §9: an assertion has a jti and is good once', async () => {
  await assertRefused(await sign(elliptic, { jti: undefined }), 'no jti')
  await assertRefused(await sign(elliptic, { jti: '' }), 'an empty one')
  const assertion = await sign(elliptic)
  assert.equal((await send(assertion)).status, 200)
  await assertRefused(assertion, 'replayed')
  const jti = randomUUID()
  assert.equal((await send(await sign(elliptic, { jti }))).status, 200)
  await assertRefused(await sign(elliptic, { jti }), 'another assertion with the same jti')
  assert.equal((await send(await sign(rsa, { jti }))).status, 200, 'a jti belongs to its client')
})

test('OIDC Core §9: a jti is remembered as long as its assertion could be used', async () => {
  const assertion = await sign(elliptic, { exp: numericDate(clock.now()) + 60 })
  assert.equal((await send(assertion)).status, 200)
  for (let seconds = 0; seconds < 95; seconds += 19) {
    clock.advance(19)
    await assertRefused(assertion, `after ${seconds + 19} s`)
  }
})

test('OIDC Core §9: of 50 parallel uses of one assertion one wins', async () => {
  const assertion = await sign(elliptic)
  const answers = await Promise.all(Array.from({ length: 50 }, () => send(assertion)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  const lost = answers.filter(({ status }) => status !== 200)
  assert.ok(lost.every(({ body }) => body.error === 'invalid_client'))
})

test('RFC 7523 §3: issuer and subject are both the client', async () => {
  const { id } = elliptic.client
  await assertRefused(await sign(elliptic, { iss: rsa.client.id }), 'another issuer')
  await assertRefused(await sign(elliptic, { sub: rsa.client.id }), 'another subject')
  await assertRefused(await sign(elliptic, { sub: undefined }), 'no subject')
  await assertRefused(await sign(elliptic, { iss: undefined }), 'no issuer')
  await assertRefused(await sign(elliptic, { iss: 'nobody', sub: 'nobody' }), 'unknown client')
  const sound = await sign(rsa)
  await assertRefused(sound, 'a client_id that is another', { client_id: id })
  assert.equal((await send(sound)).status, 200, 'and refusing it used nothing up')
})

test('RFC 7521 §4.2: the assertion type must be there and be the one of RFC 7523', async () => {
  const other = 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer'
  await assertRefused(await sign(elliptic), 'other', { client_assertion_type: other })
  await assertRefused(await sign(elliptic), 'missing', { client_assertion_type: undefined })
  const alone = await post(server, '/oauth/token', undefined, {
    grant_type: 'client_credentials',
    client_id: elliptic.client.id,
    client_assertion_type: type,
  })
  assert.deepEqual([alone.status, alone.body.error], [401, 'invalid_client'], 'a type alone')
})

test('RFC 6749 §2.3: an assertion is not combined with a secret and not swapped for one', async () => {
  const withSecret = await server.client({ grant_types: ['client_credentials'], scope: 'read' })
  const both = await post(server, '/oauth/token', withSecret, {
    grant_type: 'client_credentials',
    client_assertion: await sign(elliptic),
    client_assertion_type: type,
  })
  assert.deepEqual([both.status, both.body.error], [400, 'invalid_request'])
  await assertRefused(await sign({ ...elliptic, client: withSecret }), 'registered for a secret')
  const bare = await post(server, '/oauth/token', undefined, {
    grant_type: 'client_credentials',
    client_id: elliptic.client.id,
  })
  assert.equal(bare.body.error, 'invalid_client', 'the client_id alone proves nothing')
})

test('RFC 7523 §2.2: introspection and revocation take assertions too', async () => {
  const { body } = await send(await sign(elliptic))
  const ask = async (path: string) =>
    post(server, path, undefined, {
      token: String(body.access_token),
      client_assertion: await sign(elliptic),
      client_assertion_type: type,
    })
  assert.equal((await ask('/oauth/introspect')).body.active, true)
  assert.equal((await ask('/oauth/revoke')).status, 200)
  assert.deepEqual((await ask('/oauth/introspect')).body, { active: false })
})
