import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import { readIdTokenHint } from '../../src/oauth/id-token.ts'
import { administrator } from '../harness/administrator.ts'
import { listenJson } from '../harness/json-server.ts'
import { introspect, obtainTokens, post } from '../harness/oauth.ts'
import { testResource } from '../harness/resources.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const outside = await listenJson()
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const exchangeType = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'
let server: TestServer
let user: TestUser

before(async () => {
  server = await testServer({
    clock,
    env: {
      CARDEA_PROTOCOL_CLIENT_REGISTRATION: 'open',
      CARDEA_PROTOCOL_REGISTRATION_SCOPES: 'openid profile',
      CARDEA_PROTOCOL_CLIENT_ID_METADATA: 'true',
      CARDEA_PROTOCOL_OUTGOING_HOSTS: outside.host,
      CARDEA_PROTOCOL_AUTHORIZATION_DETAIL_TYPES: 'payment',
    },
  })
  user = await server.user()
})
after(async () => {
  await server?.close()
  await outside.close()
})

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const unsigned = (payload: object) => `${part({ alg: 'ES256' })}.${part(payload)}.c2ln`

async function send(method: string, path: string, body: unknown, token?: string) {
  const response = await fetch(server.url + path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : {} }
}

test('who says what is no text in an assertion is refused like any stranger', async () => {
  for (const name of [5, ['https://a.example/c'], { a: 1 }, null]) {
    for (const payload of [{ iss: name, sub: name }, { sub: name }]) {
      for (const client_id of [undefined, 'stranger']) {
        const { status } = await post(server, '/oauth/token', undefined, {
          grant_type: 'client_credentials',
          client_id,
          client_assertion_type: assertionType,
          client_assertion: unsigned(payload),
        })
        assert.ok(
          status === 401 || status === 400,
          `${status} ${JSON.stringify([payload, client_id])}`,
        )
      }
    }
  }
})

test('deep nesting is refused and breaks nothing', async () => {
  const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  const client = await server.client({
    authorization_details_types: ['payment'],
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
    redirect_uris: [],
  })
  for (const details of [deep(4000), `[{"type":"payment","a":${deep(4000)}}]`]) {
    const { status } = await post(server, '/oauth/device', client, {
      scope: 'openid',
      authorization_details: details,
    })
    assert.equal(status, 400, details.slice(0, 30))
  }
  for (const depth of [1000, 15_000]) {
    for (const body of [
      `{"redirect_uris":["${callback}"],"jwks":{"keys":[{"kty":"RSA","x":${deep(depth)}}]}}`,
      `{"redirect_uris":["${callback}"],"unknown":${deep(depth)}}`,
      deep(depth),
    ]) {
      const { status } = await send('POST', '/oauth/register', body)
      assert.ok(status < 500, `${status} ${depth} ${body.slice(0, 80)}`)
    }
  }
})

test('a person is no actor for themselves: a client that may not impersonate stays named', async () => {
  const api = await server.client({
    grant_types: [exchangeType, 'client_credentials'],
    redirect_uris: [],
    scope: 'read',
  })
  const orders = (await testResource(server, { introspection_clients: [api.id] })).identifier
  const app = await server.client({ scope: 'openid read', require_consent: false })
  const sent = await obtainTokens(server, app, user, { scope: 'openid read', resource: orders })
  const { status } = await post(server, '/oauth/token', api, {
    grant_type: exchangeType,
    subject_token: String(sent.access_token),
    subject_token_type: accessToken,
    actor_token: String(sent.access_token),
    actor_token_type: accessToken,
  })
  assert.equal(status, 400)
})

test('who knows a person by a name of its own is not told the username by introspection', async () => {
  const app = await server.client({
    scope: 'openid',
    require_consent: false,
    subject_type: 'pairwise',
  })
  const sent = await obtainTokens(server, app, user, { scope: 'openid' })
  const seen = await introspect(server, app, sent.access_token)
  assert.deepEqual([seen.active, 'username' in seen], [true, false])
})

test('what an administrator decided of a client that registered itself stays when it changes', async () => {
  const admin = await administrator(server, 'admin')
  const sound = {
    client_name: 'Self',
    redirect_uris: [callback],
    token_endpoint_auth_method: 'none',
  }
  const { body } = await send('POST', '/oauth/register', sound)
  const id = body.client_id
  const patched = await admin.send(`PATCH /admin/clients/${id}`, { mfa_policy: 'required' })
  assert.equal(patched.status, 200)
  const put = await send(
    'PUT',
    `/oauth/register/${id}`,
    { ...sound, client_id: id, client_name: 'Other' },
    body.registration_access_token,
  )
  assert.equal(put.status, 200)
  const seen = await admin.send(`GET /admin/clients/${id}`)
  assert.equal(seen.body.mfa_policy ?? seen.body.metadata?.mfa_policy, 'required')
})

test('keys that cannot be read are not asked for at each request', async () => {
  const client = await server.client({
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: `${outside.url}/none`,
    grant_types: ['client_credentials'],
    redirect_uris: [],
  })
  const { id } = client
  const attempt = async (i: number) => {
    const claims = { iss: id, sub: id, jti: `${i}`, exp: 1893456060, aud: server.url }
    const { status } = await post(server, '/oauth/token', undefined, {
      grant_type: 'client_credentials',
      client_assertion_type: assertionType,
      client_assertion: unsigned(claims),
    })
    assert.equal(status, 401)
  }
  for (let i = 0; i < 5; i += 1) await attempt(i)
  assert.equal(outside.asked('/none'), 1)
  clock.advance(11)
  await attempt(5)
  assert.equal(outside.asked('/none'), 2)
})

test('OpenID Connect Core §8.1: whoever needs no redirect URI cannot claim the sector of somebody else', async () => {
  const claimed = {
    redirect_uris: ['https://victim.example.com/callback'],
    subject_type: 'pairwise',
    token_endpoint_auth_method: 'none',
  }
  const device = 'urn:ietf:params:oauth:grant-type:device_code'
  const { status, body } = await send('POST', '/oauth/register', {
    ...claimed,
    grant_types: [device],
  })
  assert.deepEqual([status, body.error], [400, 'invalid_client_metadata'])
  const { status: usual } = await send('POST', '/oauth/register', claimed)
  assert.equal(usual, 201)
})

test('OpenID Connect Core §3.1.2.1: only an ID token is a hint, whatever else was signed here', async () => {
  const app = await server.client({
    scope: 'openid',
    require_consent: false,
    userinfo_signed_response_alg: 'ES256',
    post_logout_redirect_uris: [callback],
  })
  const sent = await obtainTokens(server, app, user, { scope: 'openid' })
  const headers = { authorization: `Bearer ${String(sent.access_token)}` }
  const told = await (await fetch(`${server.url}/oauth/userinfo`, { headers })).text()
  const read = (token: string) => readIdTokenHint({ ...server.app, issuer: server.url }, token)
  assert.equal((await read(String(sent.id_token)))?.subject, user.id)
  assert.equal(await read(told), undefined)
})
