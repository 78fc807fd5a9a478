import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createRemoteJWKSet, decodeJwt, jwtVerify, SignJWT } from 'jose'
import { assignRole } from '../../src/access/index.ts'
import { manualClock } from '../../src/base/index.ts'
import { setUserActive } from '../../src/identity/index.ts'
import type { Subjects } from '../../src/oauth/index.ts'
import { accessTokenMint, publicSubjects } from '../../src/oauth/index.ts'
import { introspect, obtainTokens, post } from '../harness/oauth.ts'
import { testResource } from '../harness/resources.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const inactive = { active: false }
let server: TestServer
let user: TestUser
let client: TestClient
let other: TestClient

before(async () => {
  server = await testServer({ clock })
  user = await server.user()
  await assignRole(server.app.db, user.id, 'auditor', clock.now())
  client = await server.client({ scope: 'openid profile email offline_access roles groups read' })
  other = await server.client()
})
after(() => server?.close())

const verified = (token: unknown, audience: string) =>
  jwtVerify(String(token), createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`)), {
    issuer: server.url,
    audience,
    typ: 'at+jwt',
    currentDate: clock.now(),
  })

const mintNeeds = (subjects: Subjects) => ({
  ...server.app,
  ...server.config.oauth,
  issuer: server.url,
  subjects,
})

/** Signed with our own key, as nobody else can. */
async function forged(claims: object, header: object = {}): Promise<string> {
  const key = await server.app.keys.signer('ES256')
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header })
    .sign(key.privateKey)
}

test('RFC 9068 §2.1 and §2.2: the header and the claims of the token of a person', async () => {
  const tokens = await obtainTokens(server, client, user, { scope: 'openid roles groups' })
  const { payload, protectedHeader } = await verified(tokens.access_token, server.url)
  assert.equal(protectedHeader.typ, 'at+jwt')
  assert.notEqual(protectedHeader.alg, 'none')
  const { iat, exp, jti, auth_time, grant_id, ...rest } = payload
  assert.deepEqual(rest, {
    iss: server.url,
    sub: user.id,
    aud: server.url,
    client_id: client.id,
    scope: 'openid roles groups',
    acr: 'urn:cardea:aal1',
    amr: ['pwd'],
    roles: ['auditor'],
    groups: [],
  })
  assert.equal(Number(exp) - Number(iat), 600)
  assert.ok(Number(auth_time) <= Number(iat))
  assert.match(String(jti), /^[\w-]{22}$/)
  assert.match(String(grant_id), /^[\da-f-]{36}$/)
})

test('RFC 9068 §2.2.1: auth_time stays that of the sign-in when the token is renewed', async () => {
  const first = await obtainTokens(server, client, user)
  clock.advance(300)
  const { body } = await post(server, '/oauth/token', client, {
    grant_type: 'refresh_token',
    refresh_token: String(first.refresh_token),
  })
  const [before, after] = [first.access_token, body.access_token].map((one) =>
    decodeJwt(String(one)),
  )
  assert.equal(before?.auth_time, after?.auth_time)
  assert.notEqual(before?.iat, after?.iat)
  assert.notEqual(before?.jti, after?.jti)
})

test('RFC 9068 §2.2: of a client that acts for itself, sub is the client', async () => {
  const machine = await server.client({ grant_types: ['client_credentials'], scope: 'read' })
  const { identifier } = await testResource(server)
  const fields = { grant_type: 'client_credentials', resource: identifier }
  const { body } = await post(server, '/oauth/token', machine, fields)
  const { payload } = await verified(body.access_token, identifier)
  assert.deepEqual([payload.sub, payload.client_id], [machine.id, machine.id])
  for (const name of ['auth_time', 'acr', 'amr', 'grant_id'])
    assert.equal(name in payload, false, name)
})

test('RFC 9068 §4: what is no access token of ours is not taken for one', async () => {
  const { access_token, id_token } = await obtainTokens(server, client, user)
  const claims = decodeJwt(String(access_token))
  assert.equal((await introspect(server, client, await forged(claims))).active, true)
  const { jti: _jti, ...withoutJti } = claims
  const { aud: _aud, ...withoutAud } = claims
  const { client_id: _client, ...withoutClient } = claims
  const { exp: _exp, ...withoutExp } = claims
  const wrong: Record<string, unknown> = {
    'an ID token': id_token,
    'another type': await forged(claims, { typ: 'JWT' }),
    'no type': await forged(claims, { typ: undefined }),
    'another issuer': await forged({ ...claims, iss: 'https://evil.example' }),
    'no jti': await forged(withoutJti),
    'no audience': await forged(withoutAud),
    'no client': await forged(withoutClient),
    'no end': await forged(withoutExp),
    'the past': await forged({ ...claims, exp: claims.iat }),
    'an unknown key': await forged(claims, { kid: 'unknown' }),
    'the key of another algorithm': await forged(claims, {
      kid: (await server.app.keys.signer('RS256')).kid,
    }),
  }
  for (const [what, token] of Object.entries(wrong)) {
    assert.deepEqual(await introspect(server, client, token), inactive, what)
    const headers = { authorization: `Bearer ${String(token)}` }
    const { status } = await fetch(`${server.url}/oauth/userinfo`, { headers })
    assert.equal(status, 401, what)
  }
  // `application/at+jwt` is the same type, written out.
  const longhand = await forged(claims, { typ: 'application/at+jwt' })
  assert.equal((await introspect(server, client, longhand)).active, true)
})

test('RFC 9068 §5: a token for one audience is worth nothing to another', async () => {
  const { identifier } = await testResource(server)
  const { access_token } = await obtainTokens(server, client, user)
  const own = decodeJwt(String(access_token))
  const headers = { authorization: `Bearer ${await forged({ ...own, aud: identifier })}` }
  assert.equal((await fetch(`${server.url}/oauth/userinfo`, { headers })).status, 401)
  assert.equal((await fetch(`${server.url}/api/v1/users/me`, { headers })).status, 401)
  const api = { ...own, aud: `${server.url}/api/v1` }
  assert.deepEqual(await introspect(server, client, await forged(api)), inactive)
})

test('a token of a person without a grant ends with the person', async () => {
  const { app } = server
  const needs = mintNeeds(publicSubjects)
  const leaver = await server.user()
  const wish = { resources: [], scopes: ['read'], clientId: client.id, client: client.client }
  const { token } = await accessTokenMint(needs)({ ...wish, subject: leaver.id })
  const seen = await introspect(server, other, token)
  assert.deepEqual([seen.active, seen.sub, seen.username], [true, leaver.id, leaver.username])
  assert.equal('auth_time' in seen, false)
  const revoked = await accessTokenMint(needs)({ ...wish, subject: leaver.id })
  await post(server, '/oauth/revoke', client, { token: revoked.token })
  assert.deepEqual(await introspect(server, client, revoked.token), inactive)
  await setUserActive(app.db, leaver.id, false, clock.now())
  assert.deepEqual(await introspect(server, other, token), inactive)
  const acting = await accessTokenMint(needs)({ ...wish, subject: other.id })
  assert.equal((await introspect(server, other, acting.token)).sub, other.id)
  const nobody = await accessTokenMint(needs)({ ...wish, subject: 'c_nobody' })
  assert.deepEqual(await introspect(server, other, nobody.token), inactive)
})

test('a client that knows people by names of its own reads no other name in its tokens', async () => {
  const needs = mintNeeds({ ...publicSubjects, of: () => 'pairwise-1' })
  const { access_token } = await obtainTokens(server, client, user)
  const grantId = decodeJwt(String(access_token)).grant_id as never
  const grant = { id: grantId, authTime: clock.now(), acr: 'urn:cardea:aal1', amr: ['pwd'] }
  const wish = { resources: [], scopes: ['openid'], clientId: client.id, client: client.client }
  const mint = accessTokenMint(needs)
  const jwt = await mint({ ...wish, subject: user.id, grant })
  assert.equal(decodeJwt(jwt.token).sub, 'pairwise-1')
  const seen = await introspect(server, client, jwt.token)
  assert.deepEqual([seen.active, seen.sub, seen.username], [true, 'pairwise-1', user.username])
  // Without a grant the name leads back to nobody, so the token is a row that knows who is meant.
  const opaque = await mint({ ...wish, subject: user.id })
  assert.match(opaque.token, /^cardea_at_/)
  assert.equal((await introspect(server, client, opaque.token)).username, user.username)
  const { identifier } = await testResource(server)
  const forApi = mint({ ...wish, subject: user.id, resources: [identifier] })
  await assert.rejects(forApi, /The requested resource is not available/)
})
