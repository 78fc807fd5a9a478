import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import { deleteClient, setClientActive } from '../../src/clients/index.ts'
import { sql } from '../../src/db/index.ts'
import { setUserActive } from '../../src/identity/index.ts'
import { sweepOpaqueTokens } from '../../src/oauth/index.ts'
import { introspect, obtainTokens, post, refresh } from '../harness/oauth.ts'
import { testResource } from '../harness/resources.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const inactive = { active: false }
const shape = /^cardea_at_[A-Za-z0-9_-]{43}$/
let server: TestServer
let user: TestUser
let client: TestClient
let machine: TestClient

before(async () => {
  server = await testServer({ clock })
  user = await server.user()
  client = await server.client({ access_token_format: 'opaque', require_consent: false })
  machine = await server.client({
    grant_types: ['client_credentials'],
    scope: 'read roles',
    access_token_format: 'opaque',
  })
})
after(() => server?.close())

const userinfo = async (token: unknown) => {
  const headers = { authorization: `Bearer ${String(token)}` }
  return (await fetch(`${server.url}/oauth/userinfo`, { headers })).status
}
const machineToken = async (resource?: string, as = machine) => {
  const fields = { grant_type: 'client_credentials', resource }
  return (await post(server, '/oauth/token', as, fields)).body
}
const revoke = (token: unknown, as: TestClient) =>
  post(server, '/oauth/revoke', as, { token: String(token) })
const rows = async () =>
  (await server.app.db.many(sql`SELECT 1 FROM opaque_tokens WHERE expires_at > ${clock.now()}`))
    .length

test('RFC 6749 §1.4: an opaque token says nothing, and the database has only its digest', async () => {
  const tokens = await obtainTokens(server, client, user)
  assert.match(String(tokens.access_token), shape)
  assert.equal(await userinfo(tokens.access_token), 200)
  const all = await server.app.db.many<{ text: string }>(sql`
    SELECT encode(digest, 'base64') || token::text AS text FROM opaque_tokens`)
  assert.ok(all.length > 0)
  for (const { text } of all) assert.equal(text.includes(String(tokens.access_token)), false)
})

test('RFC 7662 §2.2: introspection says of an opaque token what a JWT would say itself', async () => {
  const { access_token } = await obtainTokens(server, client, user)
  const { iat, exp, jti, auth_time, ...rest } = await introspect(server, client, access_token)
  assert.deepEqual(rest, {
    active: true,
    iss: server.url,
    sub: user.id,
    aud: server.url,
    client_id: client.id,
    username: user.username,
    token_type: 'Bearer',
    scope: 'openid profile email offline_access',
    acr: 'urn:cardea:aal1',
    amr: ['pwd'],
  })
  assert.equal(Number(exp) - Number(iat), 600)
  assert.equal(Number(auth_time) <= Number(iat), true)
  assert.match(String(jti), /^[\w-]{22}$/)
  const told = await introspect(server, machine, (await machineToken()).access_token)
  assert.deepEqual([told.sub, told.client_id, told.roles], [machine.id, machine.id, []])
})

test('RFC 7009 §2.1: an opaque token is revoked by its own client, and only itself', async () => {
  const { access_token, refresh_token } = await obtainTokens(server, client, user)
  const refused = await revoke(access_token, machine)
  assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_grant'])
  assert.equal((await introspect(server, client, access_token)).active, true)
  for (let i = 0; i < 2; i += 1) assert.equal((await revoke(access_token, client)).status, 200)
  assert.deepEqual(await introspect(server, client, access_token), inactive)
  assert.equal(await userinfo(access_token), 401)
  const next = await refresh(server, client, refresh_token)
  assert.match(String(next.body.access_token), shape)
  assert.equal((await revoke(next.body.refresh_token, client)).status, 200)
  assert.deepEqual(await introspect(server, client, next.body.access_token), inactive, 'the family')
  assert.equal(await userinfo(next.body.access_token), 401)
})

test('RFC 7009 §2.2.1: an API key is a type of token that clients do not revoke', async () => {
  const key = `cardea_pat_${'0'.repeat(49)}`
  const { status, body } = await revoke(key, client)
  assert.deepEqual([status, body.error], [400, 'unsupported_token_type'])
})

test('RFC 7662 §2.2: an opaque token ends with its time, its person and its client', async () => {
  const short = await obtainTokens(server, client, user)
  clock.advance(599)
  assert.equal((await introspect(server, client, short.access_token)).active, true)
  clock.advance(1)
  assert.deepEqual(await introspect(server, client, short.access_token), inactive)
  const leaver = await server.user()
  const theirs = await obtainTokens(server, client, leaver)
  await setUserActive(server.app.db, leaver.id, false, clock.now())
  assert.deepEqual(await introspect(server, client, theirs.access_token), inactive)
  const leaving = await server.client({
    grant_types: ['client_credentials'],
    redirect_uris: [],
    access_token_format: 'opaque',
  })
  const { access_token } = await machineToken(undefined, leaving)
  assert.equal((await introspect(server, client, access_token)).active, true)
  await setClientActive(server.app.db, leaving.id, false, clock.now())
  clock.advance(1)
  assert.deepEqual(await introspect(server, client, access_token), inactive)
})

test('RFC 7662 §2.2: what has the form of an opaque token and is none is not active', async () => {
  const { access_token } = await machineToken()
  const known = String(access_token)
  const changed = known.slice(0, -1) + (known.endsWith('A') ? 'B' : 'A')
  for (const token of [changed, `${known}x`, known.slice(0, -1), 'cardea_at_', known.toUpperCase()])
    assert.deepEqual(await introspect(server, machine, token), inactive, token)
})

test('a resource that asks for opaque tokens gets them, whatever the client has else', async () => {
  const jwtClient = await server.client({ grant_types: ['client_credentials'], scope: 'read' })
  const api = await server.client({ grant_types: ['client_credentials'], redirect_uris: [] })
  const { identifier } = await testResource(server, {
    access_token_format: 'opaque',
    access_token_lifetime: 7200,
    introspection_clients: [api.id],
  })
  const { access_token, expires_in } = await machineToken(identifier, jwtClient)
  assert.match(String(access_token), shape)
  assert.equal(expires_in, 7200)
  const seen = await introspect(server, api, access_token)
  assert.deepEqual([seen.active, seen.aud, seen.scope], [true, identifier, 'read'])
  assert.deepEqual(await introspect(server, machine, access_token), inactive)
  const jwt = await testResource(server)
  const other = await machineToken(jwt.identifier)
  assert.match(String(other.access_token), /^eyJ/, 'the resource decides, not the client')
})

test('opaque tokens of clients that act for themselves open the API like JWTs', async () => {
  const { access_token } = await machineToken()
  const headers = { authorization: `Bearer ${String(access_token)}` }
  const at = `${server.url}/api/v1/users/me/permissions`
  assert.equal((await fetch(at, { headers })).status, 200)
  await revoke(access_token, machine)
  assert.equal((await fetch(at, { headers })).status, 401)
})

test('Budget: an opaque token is one statement to make, to ask about and to use', async () => {
  await machineToken()
  server.statements()
  const { access_token } = await machineToken()
  assert.equal(server.statements().length, 1)
  await introspect(server, machine, access_token)
  assert.equal(server.statements().length, 1)
  const person = await obtainTokens(server, client, user)
  server.statements()
  await introspect(server, client, person.access_token)
  assert.equal(server.statements().length, 1)
  assert.equal(await userinfo(person.access_token), 200)
  assert.equal(server.statements().length, 1)
})

test('opaque tokens go with their client, and are swept when they expired', async () => {
  const leaving = await server.client({
    grant_types: ['client_credentials'],
    redirect_uris: [],
    access_token_format: 'opaque',
  })
  const before = await rows()
  const { access_token } = await machineToken(undefined, leaving)
  assert.equal(await rows(), before + 1)
  await deleteClient(server.app, leaving.id, { actor: 'system' })
  assert.equal(await rows(), before)
  clock.advance(1)
  assert.deepEqual(await introspect(server, machine, access_token), inactive)
  clock.advance(100_000)
  assert.ok((await sweepOpaqueTokens(server.app.db, clock.now(), 1000)) >= before)
  assert.deepEqual(await server.app.db.many(sql`SELECT 1 FROM opaque_tokens`), [])
})
