import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  basic,
  introspect,
  obtainCode,
  obtainTokens,
  pkce,
  post,
  redeem,
  refresh,
} from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

let server: TestServer
let user: TestUser
let client: TestClient
let other: TestClient
let machine: TestClient
let publicClient: TestClient

before(async () => {
  server = await testServer()
  user = await server.user()
  client = await server.client()
  other = await server.client({ client_name: 'Other' })
  machine = await server.client({ grant_types: ['client_credentials'], scope: 'read write' })
  publicClient = await server.client({ token_endpoint_auth_method: 'none' })
})
after(() => server.close())

const token = (fields: Record<string, string | undefined>, as: TestClient | undefined = client) =>
  post(server, '/oauth/token', as, fields)

const raw = (body: string, headers: Record<string, string> = {}, method = 'POST') =>
  fetch(`${server.url}/oauth/token`, {
    method,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    ...(method === 'POST' && { body }),
  })

test('RFC 6749 §5.1: tokens are answered with no-store and a lifetime', async () => {
  const { code, proof } = await obtainCode(server, client, user)
  const { status, headers, body } = await redeem(server, client, code, proof.verifier)
  assert.equal(status, 200)
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.equal(body.token_type, 'Bearer')
  assert.equal(body.expires_in, 600)
  assert.equal(body.scope, 'openid profile email offline_access')
  assert.ok(body.access_token && body.refresh_token && body.id_token)
})

test('RFC 6749 §4.4: client_credentials gives a token without a refresh token and without a statement', async () => {
  await token({ grant_type: 'client_credentials' }, machine)
  server.statements()
  const { status, body } = await token({ grant_type: 'client_credentials', scope: 'read' }, machine)
  assert.equal(status, 200)
  assert.equal(body.scope, 'read')
  assert.equal(body.refresh_token, undefined)
  assert.deepEqual(server.statements(), [])
})

test('RFC 6749 §3.3: a scope that is malformed or a person is needed for is not given to a machine', async () => {
  const bad = await token({ grant_type: 'client_credentials', scope: 'a"b' }, machine)
  assert.equal(bad.body.error, 'invalid_scope')
  const personal = await token({ grant_type: 'client_credentials', scope: 'openid' }, machine)
  assert.equal(personal.body.error, 'invalid_scope')
})

test('RFC 6749 §5.2: errors of the request itself', async () => {
  const cases: [string, string, string, number][] = [
    ['', 'invalid_request', 'no grant_type', 400],
    ['grant_type=', 'invalid_request', 'an empty one counts as missing', 400],
    ['grant_type=password', 'unsupported_grant_type', 'an unknown one', 400],
    [
      'grant_type=client_credentials&grant_type=client_credentials',
      'invalid_request',
      'repeated',
      400,
    ],
    ['grant_type=client_credentials%00', 'invalid_request', 'a control character', 400],
    [`grant_type=${'a'.repeat(9000)}`, 'invalid_request', 'oversized', 400],
    [`x=${'a'.repeat(70_000)}`, 'invalid_request', 'a body over the limit', 413],
  ]
  for (const [body, error, why, status] of cases) {
    const response = await raw(body, basic(machine))
    const answer = await response.json()
    assert.deepEqual([response.status, answer.error], [status, error], why)
    assert.equal(response.headers.get('cache-control'), 'no-store')
  }
})

test('RFC 6749 §3.2: unknown parameters are ignored, other content types and methods are not', async () => {
  const fine = await raw('grant_type=client_credentials&frobnicate=1', basic(machine))
  assert.equal(fine.status, 200)
  const json = await raw('{}', { ...basic(machine), 'content-type': 'application/json' })
  assert.deepEqual([json.status, (await json.json()).error], [400, 'invalid_request'])
  const get = await raw('', {}, 'GET')
  assert.equal(get.status, 405)
  assert.equal(get.headers.get('allow'), 'POST')
})

test('RFC 6749 §2.3: a client authenticates in exactly the one way it is registered for', async () => {
  const grant = { grant_type: 'client_credentials' }
  const encoded = (text: string) => ({
    authorization: `Basic ${Buffer.from(text).toString('base64')}`,
  })
  const send = async (body: Record<string, string>, headers: Record<string, string> = {}) => {
    const response = await raw(new URLSearchParams({ ...grant, ...body }).toString(), headers)
    return [
      response.status,
      (await response.json()).error,
      response.headers.has('www-authenticate'),
    ]
  }
  const failed = [401, 'invalid_client', true]
  assert.deepEqual(await send({}), failed, 'no credentials')
  assert.deepEqual(await send({}, encoded(`${machine.id}:wrong`)), failed, 'wrong secret')
  assert.deepEqual(await send({}, encoded(`nobody:${machine.secret}`)), failed, 'unknown client')
  assert.deepEqual(await send({}, { authorization: 'Basic %%%' }), failed, 'broken base64')
  assert.deepEqual(await send({}, encoded('no-colon')), failed, 'no colon')
  assert.deepEqual(await send({}, encoded(`${machine.id}:%zz`)), failed, 'broken encoding')
  const post = { client_id: machine.id, client_secret: machine.secret }
  assert.deepEqual(await send(post), failed, 'another method than the registered one')
  assert.deepEqual(await send({ client_id: machine.id }), failed, 'no proof at all')
  const both = await send(post, basic(machine))
  assert.deepEqual(both, [400, 'invalid_request', false], 'two methods at once')
  const differing = await send({ client_id: client.id }, basic(machine))
  assert.deepEqual(differing, failed, 'two different clients')
})

test('RFC 6749 §5.2: a client may use only its grant types', async () => {
  const { body } = await token({ grant_type: 'client_credentials' }, client)
  assert.equal(body.error, 'unauthorized_client')
})

test('RFC 6749 §4.1.3: a code is bound to its client, redirect URI and verifier', async () => {
  const { code, proof } = await obtainCode(server, client, user)
  const wrongUri = await redeem(server, client, code, proof.verifier, {
    redirect_uri: 'https://evil.example.com/',
  })
  assert.equal(wrongUri.body.error, 'invalid_grant')
  const noUri = await redeem(server, client, code, proof.verifier, { redirect_uri: undefined })
  assert.equal(noUri.body.error, 'invalid_grant')
  assert.equal((await redeem(server, other, code, proof.verifier)).body.error, 'invalid_grant')
  assert.equal((await redeem(server, client, code, pkce().verifier)).body.error, 'invalid_grant')
  assert.equal((await redeem(server, client, code, undefined)).body.error, 'invalid_grant')
  assert.equal((await redeem(server, client, code, 'short')).body.error, 'invalid_grant')
  assert.equal(
    (await redeem(server, client, 'x'.repeat(43), proof.verifier)).body.error,
    'invalid_grant',
  )
  assert.equal(
    (await redeem(server, client, code, proof.verifier)).status,
    200,
    'and still good for the right one',
  )
})

test('RFC 6749 §4.1.2: a code used twice is refused and takes back what it gave', async () => {
  const { code, proof } = await obtainCode(server, client, user)
  const first = await redeem(server, client, code, proof.verifier)
  assert.equal((await introspect(server, client, first.body.access_token)).active, true)
  assert.equal((await redeem(server, client, code, proof.verifier)).body.error, 'invalid_grant')
  assert.deepEqual(await introspect(server, client, first.body.access_token), { active: false })
  assert.equal(
    (await refresh(server, client, first.body.refresh_token)).body.error,
    'invalid_grant',
  )
})

test('RFC 6749 §4.1.2: of 50 parallel redemptions of one code one wins', async () => {
  const { code, proof } = await obtainCode(server, publicClient, user)
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => redeem(server, publicClient, code, proof.verifier)),
  )
  const won = answers.filter(({ status }) => status === 200)
  assert.equal(won.length, 1)
  assert.ok(answers.every(({ status, body }) => status === 200 || body.error === 'invalid_grant'))
  const dead = await introspect(server, client, won[0]?.body.access_token)
  assert.deepEqual(dead, { active: false }, 'the replays have revoked the winner')
})

test('RFC 6749 §6: refreshing narrows scopes but never widens them, and keeps to its client', async () => {
  const { refresh_token } = await obtainTokens(server, client, user)
  const wider = await refresh(server, client, refresh_token, { scope: 'openid address' })
  assert.equal(wider.body.error, 'invalid_scope')
  assert.equal((await refresh(server, other, refresh_token)).body.error, 'invalid_grant')
  const narrower = await refresh(server, client, refresh_token, { scope: 'openid' })
  assert.equal(narrower.body.scope, 'openid')
  const again = await refresh(server, client, narrower.body.refresh_token)
  assert.equal(again.body.scope, 'openid profile email offline_access')
})

test('RFC 6749 §4.1.3: a person who was deactivated in mid-flow gets no tokens', async () => {
  const { setUserActive } = await import('../../src/identity/index.ts')
  const leaver = await server.user()
  const { code, proof } = await obtainCode(server, client, leaver)
  await setUserActive(server.app.db, leaver.id, false, new Date())
  assert.equal((await redeem(server, client, code, proof.verifier)).body.error, 'invalid_grant')
})

test('RFC 6749 §5.2: a client that was deactivated in mid-flow is refused within a second', async () => {
  const { setClientActive } = await import('../../src/clients/index.ts')
  const leaving = await server.client()
  const { code, proof } = await obtainCode(server, leaving, user)
  await setClientActive(server.app.db, leaving.id, false, new Date())
  await new Promise((resolve) => setTimeout(resolve, 1100))
  assert.equal((await redeem(server, leaving, code, proof.verifier)).body.error, 'invalid_client')
})
