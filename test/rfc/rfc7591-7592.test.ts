import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as client from 'openid-client'
import { addSeconds, manualClock } from '../../src/base/index.ts'
import type { ClientId } from '../../src/base/index.ts'
import { sweepUnusedClients } from '../../src/clients/index.ts'
import { listenJson } from '../harness/json-server.ts'
import type { Administrator } from '../harness/administrator.ts'
import { administrator } from '../harness/administrator.ts'
import { authorizePath, passPages, pkce, post } from '../harness/oauth.ts'
import type { TestServer } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'
import { rows } from '../security/rows.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const outside = await listenJson()
const issuer = outside.url
let closed: TestServer
let open: TestServer
let guarded: TestServer
let admin: Administrator

const settings = (mode: string) => ({
  CARDEA_PROTOCOL_CLIENT_REGISTRATION: mode,
  CARDEA_PROTOCOL_REGISTRATION_SCOPES: 'openid profile',
  CARDEA_PROTOCOL_OUTGOING_HOSTS: outside.host,
  CARDEA_PROTOCOL_SOFTWARE_STATEMENT_ISSUERS: issuer,
})

before(async () => {
  closed = await testServer()
  open = await testServer({ clock, env: settings('open') })
  guarded = await testServer({ env: settings('token') })
  admin = await administrator(guarded, 'admin')
})
after(async () => {
  for (const one of [closed, open, guarded]) await one?.close()
  await outside.close()
})

type Value = string | number | object | undefined

const text = (value: Value) => (typeof value === 'string' ? value : '')

type Answer = { status: number; headers: Headers; body: Record<string, string | number | object> }
const sound = { client_name: 'Self', redirect_uris: [callback], token_endpoint_auth_method: 'none' }

async function send(
  url: string,
  method: string,
  body?: unknown,
  token?: Value,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${text(token)}` }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const sent = await response.text()
  const { status } = response
  return {
    status,
    headers: response.headers,
    body: sent === '' || sent === 'null' ? {} : JSON.parse(sent),
  }
}

const register = (server: TestServer, metadata: unknown, token?: Value) =>
  send(`${server.url}/oauth/register`, 'POST', metadata, token)

async function initialToken(fields: object = {}): Promise<string> {
  const { body, status } = await admin.send(
    'POST /admin/registration-tokens',
    { name: 'T', ...fields },
    {},
  )
  assert.equal(status, 201, JSON.stringify(body))
  return body.token
}

test('RFC 7591 §3.2.1: who registers is told everything that it is registered with', async () => {
  const { status, headers, body } = await register(open, {
    ...sound,
    unknown_member: 1,
    'client_name#de': 'x',
  })
  assert.equal(status, 201)
  assert.match(headers.get('cache-control') ?? '', /no-store/)
  assert.equal(body.client_id_issued_at, clock.now().getTime() / 1000)
  assert.equal('client_secret' in body, false)
  assert.equal(body.registration_client_uri, `${open.url}/oauth/register/${text(body.client_id)}`)
  assert.deepEqual(
    [body.client_name, body.redirect_uris, body.grant_types, body.response_types, body.scope],
    ['Self', [callback], ['authorization_code', 'refresh_token'], ['code'], 'openid profile'],
  )
  assert.equal('unknown_member' in body, false)
  const secret = await register(open, { redirect_uris: [callback] })
  assert.equal(secret.body.client_secret_expires_at, 0)
  assert.match(text(secret.body.client_secret), /^cs_/)
  assert.equal(secret.body.client_name, 'app.example.com')
})

test('RFC 7591 §2: of what only administrators decide a client says nothing', async () => {
  const wishes = { require_consent: false, mfa_policy: 'off', scope: 'openid cardea:admin groups' }
  const { body } = await register(open, { ...sound, ...wishes, access_claims: { always: true } })
  assert.equal(body.scope, 'openid')
  const [row] = await rows(
    open.databaseUrl,
    `SELECT registered_by, metadata, expires_at FROM clients WHERE client_id = '${text(body.client_id)}'`,
  )
  const metadata = JSON.parse(JSON.stringify(row?.metadata))
  const { require_consent: consent, mfa_policy: policy, access_claims: claims } = metadata
  assert.deepEqual([consent, policy, claims], [true, undefined, undefined])
  assert.equal(row?.registered_by, 'itself')
  for (const grant of [
    'client_credentials',
    'password',
    'urn:openid:params:grant-type:ciba',
    'implicit',
  ]) {
    const refused = await register(open, { ...sound, grant_types: ['authorization_code', grant] })
    assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_client_metadata'], grant)
    assert.match(JSON.stringify(refused.body.errors), /grant_types\/1/)
  }
})

test('RFC 7591 §3.2.2: what is wrong is told by the codes of the section, with the member', async () => {
  const cases: [unknown, string, RegExp][] = [
    [
      { ...sound, redirect_uris: ['http://evil.example/'] },
      'invalid_redirect_uri',
      /redirect_uris/,
    ],
    [{ ...sound, redirect_uris: 'x' }, 'invalid_client_metadata', /redirect_uris/],
    [{ client_name: 'x' }, 'invalid_redirect_uri', /redirect_uris/],
    [
      { ...sound, id_token_signed_response_alg: 'none' },
      'invalid_client_metadata',
      /id_token_signed/,
    ],
    [
      { ...sound, jwks_uri: 'https://x.example', jwks: { keys: [] } },
      'invalid_client_metadata',
      /jwks/,
    ],
    [[], 'invalid_client_metadata', /JSON/],
    ['"text"', 'invalid_client_metadata', /JSON/],
  ]
  for (const [metadata, error, words] of cases) {
    const { status, body } = await register(open, metadata)
    assert.deepEqual([status, body.error], [400, error], JSON.stringify(metadata))
    assert.match(text(body.error_description), words)
  }
  const broken = await register(open, '{')
  assert.deepEqual([broken.status, broken.body.error], [400, 'invalid_request'])
  const form = await fetch(`${open.url}/oauth/register`, {
    method: 'POST',
    body: new URLSearchParams('a=b'),
  })
  assert.equal(form.status, 415)
})

test('RFC 9700 §2.1.1: who registers itself uses PKCE, also with a secret', async () => {
  const { body } = await register(open, { ...sound, token_endpoint_auth_method: undefined })
  assert.equal(typeof body.client_secret, 'string')
  const without = { code_challenge: undefined, code_challenge_method: undefined }
  const fields = { scope: 'openid', ...without }
  const id = { id: text(body.client_id) } as never
  const { left } = await open.browser().open(authorizePath(id, pkce(), fields))
  assert.equal(left?.searchParams.get('error'), 'invalid_request')
})

test('registration is closed unless it was opened, and is advertised where it is open', async () => {
  const { status, body } = await register(closed, sound)
  assert.deepEqual([status, body.error], [403, 'access_denied'])
  const endpoint = async ({ url }: TestServer) =>
    (await send(`${url}/.well-known/openid-configuration`, 'GET')).body.registration_endpoint
  assert.equal(await endpoint(closed), undefined)
  assert.equal(await endpoint(open), `${open.url}/oauth/register`)
  assert.equal(await endpoint(guarded), `${guarded.url}/oauth/register`)
})

test('RFC 7591 §3: where a token is asked for, only one that counts lets a client in', async () => {
  for (const token of [undefined, 'cit_wrong', '']) {
    const { status, body, headers } = await register(guarded, sound, token)
    assert.deepEqual([status, body.error], [401, 'invalid_token'])
    assert.match(headers.get('www-authenticate') ?? '', /^Bearer/)
  }
  const token = await initialToken({ scopes: ['read'], grant_types: ['client_credentials'] })
  const bad = await register(guarded, { ...sound, redirect_uris: ['x'] }, token)
  assert.equal(bad.status, 400)
  const machine = {
    client_name: 'Machine',
    grant_types: ['client_credentials'],
    scope: 'read write',
  }
  const { status, body } = await register(guarded, machine, token)
  assert.deepEqual([status, body.scope], [201, 'read'])
  const again = await register(guarded, machine, token)
  assert.equal(again.status, 401)
  const list = await admin.send('GET /admin/registration-tokens')
  assert.equal(JSON.stringify(list.body).includes(token), false)
  const [kept] = list.body.items
  assert.deepEqual([kept.used, kept.uses, kept.scopes], [1, 1, ['read']])
  // What the token did not allow does not come by an update either (RFC 7592 section 2.2).
  const wider = { ...machine, client_id: body.client_id, scope: 'read openid' }
  const put = await send(
    text(body.registration_client_uri),
    'PUT',
    wider,
    body.registration_access_token,
  )
  assert.deepEqual([put.status, put.body.scope], [200, 'read'])
})

test('of 50 at once as many register with a token as it has uses', async () => {
  const token = await initialToken({ uses: 3 })
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => register(guarded, sound, token)),
  )
  const statuses = answers.map(({ status }) => status)
  assert.equal(statuses.filter((status) => status === 201).length, 3)
  assert.equal(statuses.filter((status) => status === 401).length, 47)
})

test('a token that was revoked lets nobody in', async () => {
  const token = await initialToken()
  const { body } = await admin.send('GET /admin/registration-tokens?limit=1')
  const [{ id }] = body.items
  assert.equal((await admin.send(`DELETE /admin/registration-tokens/${id}`)).status, 204)
  assert.equal((await admin.send(`DELETE /admin/registration-tokens/${id}`)).status, 404)
  assert.equal((await register(guarded, sound, token)).status, 401)
})

test('RFC 7592 §2: a client reads, replaces and removes its registration', async () => {
  const { body: first } = await register(open, {
    redirect_uris: [callback],
    client_uri: 'https://a.example',
  })
  const at = text(first.registration_client_uri)
  const token = first.registration_access_token
  const read = await send(at, 'GET', undefined, token)
  assert.deepEqual([read.status, read.body.client_uri], [200, 'https://a.example'])
  assert.equal('client_secret' in read.body, false)
  const changed = {
    client_id: first.client_id,
    client_secret: first.client_secret,
    redirect_uris: [`${callback}2`],
    client_uri: null,
  }
  const put = await send(at, 'PUT', changed, token)
  assert.equal(put.status, 200)
  assert.deepEqual(put.body.redirect_uris, [`${callback}2`])
  assert.equal('client_uri' in put.body, false)
  assert.notEqual(put.body.registration_access_token, token)
  assert.equal((await send(at, 'GET', undefined, token)).status, 401)
  const next = put.body.registration_access_token
  const wrong: [object, string][] = [
    [{ ...changed, client_id: 'c_other' }, 'invalid_request'],
    [{ ...changed, client_id: undefined }, 'invalid_request'],
    [{ ...changed, client_secret: 'cs_other' }, 'invalid_client_metadata'],
    [{ ...changed, redirect_uris: [] }, 'invalid_redirect_uri'],
  ]
  for (const [metadata, error] of wrong) {
    const { status, body } = await send(at, 'PUT', metadata, next)
    assert.deepEqual([status, body.error], [400, error], JSON.stringify(metadata))
  }
  const other = await register(open, sound)
  assert.equal((await send(at, 'GET', undefined, other.body.registration_access_token)).status, 401)
  assert.equal((await send(at, 'DELETE', undefined, next)).status, 204)
  const gone = await send(at, 'GET', undefined, next)
  assert.deepEqual([gone.status, gone.body.error], [401, 'invalid_token'])
})

test('RFC 7592 §2.2: of 50 updates with one token one is made', async () => {
  const { body } = await register(open, sound)
  const put = (n: number) =>
    send(
      text(body.registration_client_uri),
      'PUT',
      { ...sound, client_id: body.client_id, client_name: `N${n}` },
      body.registration_access_token,
    )
  const statuses = (await Promise.all(Array.from({ length: 50 }, (_, n) => put(n)))).map(
    ({ status }) => status,
  )
  assert.equal(statuses.filter((status) => status === 200).length, 1)
  assert.equal(statuses.filter((status) => status === 401).length, 49)
})

test('RFC 7592 §2.2: a client that authenticates by a secret from now on is given one', async () => {
  const { body } = await register(open, sound)
  const metadata = {
    ...sound,
    client_id: body.client_id,
    token_endpoint_auth_method: 'client_secret_post',
  }
  const put = await send(
    text(body.registration_client_uri),
    'PUT',
    metadata,
    body.registration_access_token,
  )
  assert.match(text(put.body.client_secret), /^cs_/)
  assert.equal(put.body.client_secret_expires_at, 0)
})

test('RFC 7591 §2.3: what a software statement says comes before what the request says', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }]
  outside.answer('/.well-known/openid-configuration', { issuer, jwks_uri: `${issuer}/jwks` })
  outside.answer('/jwks', { keys })
  const statement = (claims: object, by = issuer) =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer(by)
      .sign(privateKey)
  const good = await statement({ client_name: 'Stated', software_id: 's1' })
  const { status, body } = await register(open, { ...sound, software_statement: good })
  assert.deepEqual([status, body.client_name, body.software_id], [201, 'Stated', 's1'])
  assert.equal(body.software_statement, good)
  const cases: [unknown, string][] = [
    [await statement({}, 'https://other.example'), 'unapproved_software_statement'],
    [`${good.slice(0, -8)}AAAAAAAA`, 'invalid_software_statement'],
    ['x', 'invalid_software_statement'],
    [1, 'invalid_client_metadata'],
  ]
  for (const [software_statement, error] of cases) {
    const { status: refused, body: told } = await register(open, { ...sound, software_statement })
    assert.deepEqual([refused, told.error], [400, error])
  }
})

test('OIDC Registration: openid-client registers itself and signs somebody in', async () => {
  const config = await client.dynamicClientRegistration(
    new URL(open.url),
    { redirect_uris: [callback], client_name: 'Real' },
    client.ClientSecretPost(),
    {
      execute: [client.allowInsecureRequests],
      [client.customFetch]: (url, options) => fetch(url, options as RequestInit),
    },
  )
  const { client_id: id } = config.clientMetadata()
  const proof = pkce()
  const path = authorizePath({ id, secret: '' } as never, proof, { scope: 'openid profile' })
  const page = await passPages(open.browser(), path, await open.user())
  assert.ok(page.left?.searchParams.get('code'), page.body.slice(0, 300))
})

test('a registration that nobody uses ends, one that is used goes on', async () => {
  const [idle, used] = [await register(open, sound), await register(open, sound)]
  const id = text(used.body.client_id) as ClientId
  const day = 86_400
  clock.advance(20 * day)
  const parts = open.app as never as {
    clientUses: { note: (id: ClientId) => void; flush: () => Promise<void> }
  }
  parts.clientUses.note(id)
  await parts.clientUses.flush()
  clock.advance(11 * day)
  await sweepUnusedClients(open.app.db, clock.now(), 1000)
  const at = (answer: Answer) => text(answer.body.registration_client_uri)
  const status = async (answer: Answer) =>
    (await send(at(answer), 'GET', undefined, answer.body.registration_access_token)).status
  assert.deepEqual([await status(idle), await status(used)], [401, 200])
  const [row] = await rows(
    open.databaseUrl,
    `SELECT expires_at FROM clients WHERE client_id = '${id}'`,
  )
  assert.deepEqual(row?.expires_at, addSeconds(clock.now(), 19 * day))
})

test('browsers may register from anywhere, and nothing is kept but digests', async () => {
  const headers = { origin: 'https://inspector.example' }
  const preflight = await fetch(`${open.url}/oauth/register`, {
    method: 'OPTIONS',
    headers: { ...headers, 'access-control-request-method': 'POST' },
  })
  assert.equal(preflight.headers.get('access-control-allow-origin'), headers.origin)
  const { body } = await register(open, {
    ...sound,
    token_endpoint_auth_method: 'client_secret_post',
  })
  const [row] = await rows(
    open.databaseUrl,
    `SELECT * FROM clients WHERE client_id = '${text(body.client_id)}'`,
  )
  for (const secret of [body.client_secret, body.registration_access_token]) {
    assert.equal(JSON.stringify(row).includes(text(secret)), false)
  }
  const grant = {
    grant_type: 'client_credentials',
    client_id: text(body.client_id),
    client_secret: text(body.client_secret),
  }
  const { body: refused } = await post(open, '/oauth/token', undefined, grant)
  assert.equal(refused.error, 'unauthorized_client')
})

test('open registration and its changes count against the limit of strangers of an address', async () => {
  const env = {
    ...settings('open'),
    CARDEA_LIMITS_ENABLED: 'true',
    CARDEA_LIMITS_PUBLIC_PER_ADDRESS: '3',
  }
  const limited = await testServer({ env })
  try {
    const statuses: number[] = []
    const { status, body } = await register(limited, sound)
    const at = `${limited.url}/oauth/register/${text(body.client_id)}`
    const asked = { ...sound, client_id: body.client_id }
    const changed = await send(at, 'PUT', asked, body.registration_access_token)
    const token = changed.body.registration_access_token
    statuses.push(status, changed.status, (await register(limited, sound)).status)
    statuses.push((await register(limited, sound)).status)
    statuses.push((await send(at, 'PUT', asked, token)).status)
    assert.deepEqual(statuses, [201, 200, 201, 429, 429])
  } finally {
    await limited.close()
  }
})
