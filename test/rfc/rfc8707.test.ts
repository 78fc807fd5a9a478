import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { manualClock } from '../../src/base/index.ts'
import { deleteResource } from '../../src/oauth/index.ts'
import type { Answer, Fields } from '../harness/oauth.ts'
import {
  authorizePath,
  basic,
  introspect,
  obtainCode,
  obtainTokens,
  passPages,
  pkce,
  post,
  refresh,
} from '../harness/oauth.ts'
import { testResource } from '../harness/resources.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const scope = 'openid profile offline_access read write'
let server: TestServer
let user: TestUser
let app: TestClient
let machine: TestClient
let invoices: string
let orders: string

before(async () => {
  server = await testServer({ clock })
  user = await server.user()
  app = await server.client({ scope, require_consent: false })
  machine = await server.client({
    grant_types: ['client_credentials'],
    scope: 'read write admin roles',
  })
  const scopes = [{ scope: 'read', name: 'See orders' }]
  invoices = (await testResource(server)).identifier
  orders = (await testResource(server, { scopes, access_token_lifetime: 120 })).identifier
})
after(() => server?.close())

/** A token request that may name several resources. */
async function ask(client: TestClient, fields: Fields, resources: readonly string[]) {
  const body = new URLSearchParams(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  for (const resource of resources) body.append('resource', resource)
  const headers = basic(client)
  const response = await fetch(`${server.url}/oauth/token`, { method: 'POST', headers, body })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

const forItself = (resources: readonly string[], fields: Fields = {}, client = machine) =>
  ask(client, { grant_type: 'client_credentials', ...fields }, resources)

const codeFor = async (resource: string | undefined, fields: Fields = {}) =>
  obtainCode(server, app, user, { fields: { scope, resource, ...fields } })

async function codeForAll(resources: readonly string[]) {
  const proof = pkce()
  const all = new URLSearchParams(resources.map((resource) => ['resource', resource]))
  const path = `${authorizePath(app, proof, { scope })}&${all}`
  const page = await passPages(server.browser(), path, user)
  return { proof, code: page.left?.searchParams.get('code') ?? '' }
}

const redeemed = (code: string, verifier: string, resources: readonly string[]) =>
  ask(
    app,
    { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier },
    resources,
  )

const error = ({ status, body }: Pick<Answer, 'status' | 'body'>) => [status, body.error]

test('RFC 8707 §2: a resource must be an absolute URI without a fragment, and registered', async () => {
  const strange = [
    `${invoices}#part`,
    '/v1',
    'api.example.com',
    'https:',
    'https://nowhere.example.com',
    `${invoices}/deeper`,
    'urn:example:api',
    'https://exa mple.com/',
  ]
  for (const resource of strange) {
    const answer = await forItself([resource])
    assert.deepEqual(error(answer), [400, 'invalid_target'], resource)
    assert.equal((await forItself([invoices, resource])).status, 400, resource)
  }
})

test('RFC 8707 §2: a resource that the client may not name is invalid_target', async () => {
  const limited = await server.client({
    grant_types: ['client_credentials'],
    scope: 'read',
    allowed_resources: [orders],
  })
  assert.deepEqual(error(await forItself([invoices], {}, limited)), [400, 'invalid_target'])
  assert.equal((await forItself([orders], {}, limited)).status, 200)
})

test('RFC 8707 §2.2: the token is for exactly the resources that were named, with the scopes they know', async () => {
  const one = await forItself([invoices])
  assert.equal(one.body.scope, 'read write', 'admin and roles are of no resource')
  const claims = decodeJwt(one.body.access_token)
  assert.deepEqual([claims.aud, claims.scope], [invoices, 'read write'])
  const two = await forItself([invoices, orders, invoices], { scope: 'read' })
  assert.deepEqual(decodeJwt(two.body.access_token).aud, [invoices, orders])
  assert.equal(two.body.expires_in, 120, 'the shortest life')
  const none = await forItself([])
  assert.equal(decodeJwt(none.body.access_token).aud, server.url)
  assert.equal(none.body.scope, 'read write admin roles')
  const narrow = await forItself([orders], { scope: 'read write' })
  assert.deepEqual([narrow.body.scope, decodeJwt(narrow.body.access_token).scope], ['read', 'read'])
})

test('RFC 8707 §2: the address of a host is the same with and without the slash of its path', async () => {
  const { identifier } = await testResource(server, { identifier: 'https://mcp.example.com' })
  for (const spelling of [identifier, `${identifier}/`, 'HTTPS://MCP.example.com:443/']) {
    const { body } = await forItself([spelling])
    assert.equal(decodeJwt(body.access_token).aud, identifier, spelling)
  }
})

test('RFC 8707 §2.1: the resource of the authorization request is the audience of its tokens', async () => {
  const { code, proof } = await codeFor(invoices)
  const { body } = await redeemed(code, proof.verifier, [])
  const claims = decodeJwt(body.access_token)
  assert.deepEqual([claims.aud, claims.scope, body.scope], [invoices, 'read write', 'read write'])
  assert.ok(body.id_token, 'signing in goes on beside it')
  assert.equal(decodeJwt(body.id_token).aud, app.id)
  const next = await refresh(server, app, body.refresh_token)
  assert.equal(decodeJwt(String(next.body.access_token)).aud, invoices)
  const userinfo = await fetch(`${server.url}/oauth/userinfo`, {
    headers: { authorization: `Bearer ${body.access_token}` },
  })
  assert.equal(userinfo.status, 401, 'a token for an API opens nothing else')
})

test('RFC 8707 §2.1: an authorization request for an unknown resource goes back with invalid_target', async () => {
  const path = authorizePath(app, pkce(), { scope, resource: 'https://nowhere.example.com' })
  const page = await passPages(server.browser(), path, user)
  assert.equal(page.left?.searchParams.get('error'), 'invalid_target')
  assert.equal(page.left?.searchParams.get('state'), 'st-1')
})

test('RFC 8707 §2.2: a token request may narrow what was granted, and never widen it', async () => {
  const { code, proof } = await codeForAll([invoices, orders])
  const first = await redeemed(code, proof.verifier, [orders])
  assert.deepEqual(decodeJwt(first.body.access_token).aud, orders)
  assert.equal(first.body.scope, 'read')
  const refreshing = { grant_type: 'refresh_token', refresh_token: first.body.refresh_token }
  const second = await ask(app, refreshing, [invoices])
  assert.deepEqual(decodeJwt(second.body.access_token).aud, invoices, 'of the whole grant')
  const third = await ask(app, { ...refreshing, refresh_token: second.body.refresh_token }, [])
  assert.deepEqual(decodeJwt(third.body.access_token).aud, [invoices, orders])

  const only = await codeFor(invoices)
  const wide = await redeemed(only.code, only.proof.verifier, [orders])
  assert.deepEqual(error(wide), [400, 'invalid_target'])
  const plain = await obtainTokens(server, app, user, { scope })
  const wider = { grant_type: 'refresh_token', refresh_token: String(plain.refresh_token) }
  assert.deepEqual(error(await ask(app, wider, [invoices])), [400, 'invalid_target'])
})

test('a resource says what its tokens are signed with, how long they live, and whether they are bound', async () => {
  const strict = await testResource(server, {
    access_token_signing_alg: 'PS256',
    access_token_lifetime: 60,
  })
  const { body } = await forItself([strict.identifier])
  assert.equal(decodeProtectedHeader(body.access_token).alg, 'PS256')
  assert.equal(body.expires_in, 60)
  assert.equal((await introspect(server, machine, body.access_token)).active, true)
  const bound = await testResource(server, { require_binding: true })
  assert.deepEqual(error(await forItself([bound.identifier])), [400, 'invalid_request'])
  // One token cannot be signed twice, nor be in two formats.
  assert.deepEqual(error(await forItself([strict.identifier, orders])), [400, 'invalid_target'])
  const opaque = await testResource(server, { access_token_format: 'opaque' })
  assert.deepEqual(error(await forItself([opaque.identifier, orders])), [400, 'invalid_target'])
})

test('a code for what no single token can be for stays good, and gives one after the other', async () => {
  const opaque = await testResource(server, { access_token_format: 'opaque' })
  const { code, proof } = await codeForAll([invoices, opaque.identifier])
  const all = await redeemed(code, proof.verifier, [])
  assert.deepEqual(error(all), [400, 'invalid_target'])
  const { body } = await redeemed(code, proof.verifier, [invoices])
  assert.equal(decodeJwt(body.access_token).aud, invoices)
  const fields = { grant_type: 'refresh_token', refresh_token: body.refresh_token }
  const next = await ask(app, fields, [opaque.identifier])
  assert.match(next.body.access_token, /^cardea_at_/)
})

test('claims on rights are told to a resource that lists their scopes', async () => {
  const silent = await forItself([invoices], { scope: 'read roles' })
  assert.equal('roles' in decodeJwt(silent.body.access_token), false)
  const scopes = [{ scope: 'roles', name: 'Know your roles' }]
  const curious = await testResource(server, { scopes })
  const told = await forItself([curious.identifier], { scope: 'read roles' })
  assert.deepEqual(decodeJwt(told.body.access_token).roles, [])
})

test('RFC 7662 §4: a token for a resource is shown to its client and to those the resource names', async () => {
  const api = await server.client({ grant_types: ['client_credentials'], redirect_uris: [] })
  const other = await server.client({ grant_types: ['client_credentials'], redirect_uris: [] })
  const { identifier } = await testResource(server, { introspection_clients: [api.id] })
  const { body } = await forItself([identifier], { scope: 'read' })
  const seen = await introspect(server, api, body.access_token)
  assert.deepEqual(
    [seen.active, seen.aud, seen.scope, seen.client_id],
    [true, identifier, 'read', machine.id],
  )
  assert.equal((await introspect(server, machine, body.access_token)).active, true)
  assert.deepEqual(await introspect(server, other, body.access_token), { active: false })
  const foreign = await forItself([orders])
  assert.deepEqual(await introspect(server, api, foreign.body.access_token), { active: false })
})

test('RFC 7009 §2.1: a token for a resource is revoked by its client', async () => {
  const { body } = await forItself([invoices])
  const form = { token: String(body.access_token) }
  assert.equal((await post(server, '/oauth/revoke', app, form)).body.error, 'invalid_grant')
  assert.equal((await post(server, '/oauth/revoke', machine, form)).status, 200)
  assert.deepEqual(await introspect(server, machine, body.access_token), { active: false })
})

test('Budget: a JWT for a resource costs no statement, and asking about it one', async () => {
  await forItself([invoices])
  server.statements()
  const { body } = await forItself([invoices])
  assert.deepEqual(server.statements(), [])
  await introspect(server, machine, body.access_token)
  assert.equal(server.statements().length, 1)
})

test('a deleted resource is known no more, and its tokens are not active', async () => {
  const resource = await testResource(server)
  const { body } = await forItself([resource.identifier])
  await deleteResource({ ...server.app, issuer: server.url }, resource.id, { actor: 'system' })
  assert.deepEqual(error(await forItself([resource.identifier])), [400, 'invalid_target'])
  assert.deepEqual(await introspect(server, machine, body.access_token), { active: false })
})
