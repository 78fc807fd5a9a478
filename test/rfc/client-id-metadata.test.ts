import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { manualClock, numericDate } from '../../src/base/index.ts'
import { isDocumentId } from '../../src/oauth/client-metadata-document/document-id.ts'
import { freshFor } from '../../src/oauth/client-metadata-document/freshness.ts'
import { administrator } from '../harness/administrator.ts'
import { listenJson } from '../harness/json-server.ts'
import { authorizePath, passPages, pkce, post } from '../harness/oauth.ts'
import type { TestClient, TestServer } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'
import { rows } from '../security/rows.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const outside = await listenJson({ tls: true })
let server: TestServer
let off: TestServer

before(async () => {
  server = await testServer({
    clock,
    env: {
      CARDEA_PROTOCOL_CLIENT_ID_METADATA: 'true',
      CARDEA_PROTOCOL_OUTGOING_HOSTS: outside.host,
      CARDEA_PROTOCOL_REGISTRATION_SCOPES: 'openid profile',
    },
  })
  off = await testServer({ env: { CARDEA_PROTOCOL_OUTGOING_HOSTS: outside.host } })
})
after(async () => {
  await server?.close()
  await off?.close()
  await outside.close()
})

let documents = 0

/** A document at a new address. */
function publish(
  fields: object = {},
  headers: Record<string, string> = {},
): { id: string; path: string } {
  documents += 1
  const path = `/clients/${documents}.json`
  const id = outside.url + path
  const sound = { client_id: id, client_name: 'Agent', redirect_uris: [callback] }
  outside.answer(path, { ...sound, ...fields }, headers)
  return { id, path }
}

const fields = { scope: 'openid profile' }
const clientOf = (id: string) => ({ id, secret: '' }) as unknown as TestClient

async function begin(id: string, more: Record<string, string> = {}, on = server) {
  const path = authorizePath(clientOf(id), pkce(), { ...fields, ...more })
  return fetch(on.url + path, { redirect: 'manual' })
}

const kept = (id: string) =>
  rows(server.databaseUrl, `SELECT * FROM clients WHERE client_id = '${id}'`)

test('CIMD §3: an id is an https address with a path, written as it is asked', () => {
  const fine = [
    'https://a.example/c',
    'https://a.example:8443/c.json',
    'https://a.example/c?v=1',
    'https://a.example/c/',
  ]
  for (const id of fine) assert.equal(isDocumentId(id), true, id)
  const refused = [
    'http://a.example/c',
    'https://a.example',
    'https://a.example/',
    'https://a.example?x',
    'https://a.example/c#f',
    'https://a.example/c#',
    'https://u@a.example/c',
    'https://u:p@a.example/c',
    'https://a.example/./c',
    'https://a.example/../c',
    'https://a.example/c/..',
    'https://a.example/%2e%2e/c',
    'https://a.example:443/c',
    'https://A.example/c',
    'HTTPS://a.example/c',
    'https:/a.example/c',
    'https://a.example\\c',
    'https://a.example/c d',
    'https://a.example/c\n',
    `https://a.example/${'c'.repeat(1100)}`,
  ]
  for (const id of refused) assert.equal(isDocumentId(id), false, id)
})

test('CIMD §5.2: a document is kept as long as its headers say, within a minute and a day', () => {
  const now = clock.now()
  const cases: [Record<string, string>, number][] = [
    [{}, 300],
    [{ 'cache-control': 'max-age=3600' }, 3600],
    [{ 'cache-control': 'public, Max-Age=1' }, 60],
    [{ 'cache-control': 'max-age=99999999' }, 86_400],
    [{ 'cache-control': 'no-store' }, 60],
    [{ expires: new Date(now.getTime() + 600_000).toUTCString() }, 600],
    [{ expires: '0' }, 60],
    [{ expires: 'nonsense' }, 300],
  ]
  for (const [headers, seconds] of cases) {
    assert.equal(freshFor({ headers }, now), seconds, JSON.stringify(headers))
  }
})

test('CIMD: somebody signs in to a client that only its document describes', async () => {
  const { id, path } = publish({
    client_uri: 'https://agent.example',
    unknown: 1,
    grant_types: ['authorization_code', 'refresh_token', 'urn:x'],
  })
  const proof = pkce()
  const page = await passPages(
    server.browser(),
    authorizePath(clientOf(id), proof, fields),
    await server.user(),
  )
  const code = page.left?.searchParams.get('code')
  assert.ok(code, page.body.slice(0, 500))
  const { status, body } = await post(server, '/oauth/token', clientOf(id), {
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback,
    code_verifier: proof.verifier,
  })
  assert.equal(status, 200)
  assert.equal(body.scope, 'openid profile')
  assert.equal(outside.asked(path), 1)
  const [row] = await kept(id)
  assert.deepEqual([row?.registered_by, row?.name, row?.secret_digest], ['document', 'Agent', null])
})

test('CIMD §4: a document that breaks a rule is as good as none', async () => {
  const broken: [string, object][] = [
    ['another id', { client_id: 'https://a.example/c' }],
    ['a secret', { client_secret: 'x' }],
    ['an end of a secret', { client_secret_expires_at: 0 }],
    ['a method with a secret', { token_endpoint_auth_method: 'client_secret_post' }],
    ['a symmetric key', { jwks: { keys: [{ kty: 'oct', k: 'x' }] } }],
    ['no redirect URI', { redirect_uris: [] }],
    ['a redirect URI that is none', { redirect_uris: ['http://evil.example/'] }],
  ]
  for (const [why, part] of broken) {
    const { id } = publish(part)
    const answer = await begin(id)
    assert.deepEqual([answer.status, answer.headers.get('location')], [400, null], why)
    assert.deepEqual(await kept(id), [], why)
  }
  const html = publish({}, { 'content-type': 'text/html' })
  assert.equal((await begin(html.id)).status, 400)
  assert.equal((await begin(publish({ redirect_uris: [`${callback}/x`] }).id)).status, 400)
})

test('CIMD §5: what cannot be read is not asked for again at once, and redirects are not followed', async () => {
  const { id, path } = publish()
  outside.fail(path)
  for (let i = 0; i < 3; i += 1) assert.equal((await begin(id)).status, 400)
  assert.equal(outside.asked(path), 1)
  const moved = publish()
  outside.fail(moved.path, 302)
  assert.equal((await begin(moved.id)).status, 400)
})

test('of 50 requests at once one asks for the document', async () => {
  const { id, path } = publish()
  const answers = await Promise.all(Array.from({ length: 50 }, () => begin(id)))
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [303])
  assert.equal(outside.asked(path), 1)
  assert.equal((await kept(id)).length, 1)
  const broken = publish()
  outside.fail(broken.path)
  await Promise.all(Array.from({ length: 50 }, () => begin(broken.id)))
  assert.equal(outside.asked(broken.path), 1)
})

test('CIMD §5.2: a document is read again when it is old, and the client changes with it', async () => {
  const { id, path } = publish({}, { 'cache-control': 'max-age=600' })
  await begin(id)
  outside.answer(path, { client_id: id, client_name: 'Renamed', redirect_uris: [callback] })
  await begin(id)
  assert.equal((await kept(id))[0]?.name, 'Agent')
  clock.advance(601)
  await begin(id)
  assert.deepEqual([(await kept(id))[0]?.name, outside.asked(path)], ['Renamed', 2])
  outside.fail(path)
  clock.advance(3600)
  assert.equal((await begin(id)).status, 303, 'goes on for a day')
  clock.advance(86_400)
  assert.equal((await begin(id)).status, 400, 'and no longer')
})

test('a client that an administrator stopped stays stopped, whatever its document says', async () => {
  const { id, path } = publish()
  await begin(id)
  const admin = await administrator(server, 'admin')
  const at = `/admin/clients/${encodeURIComponent(id)}`
  const { body: listed } = await admin.send(`GET ${at}`)
  assert.deepEqual([listed.client_id, listed.registered_by], [id, 'document'])
  const patched = await admin.send(`PATCH ${at}`, { client_name: 'Mine' })
  assert.deepEqual([patched.status, patched.body.code], [409, 'of_document'])
  assert.equal((await admin.send(`POST ${at}/deactivate`)).status, 204)
  clock.advance(4000)
  assert.equal((await begin(id)).status, 400)
  assert.equal(outside.asked(path), 2)
})

test('RFC 8252 §7.3, OAuth 2.1 §2.3.1: any port of the own machine matches', async () => {
  const { id } = publish({ redirect_uris: ['http://127.0.0.1/cb', 'http://localhost/cb'] })
  for (const uri of ['http://127.0.0.1:4711/cb', 'http://localhost:4711/cb']) {
    assert.equal((await begin(id, { redirect_uri: uri })).status, 303, uri)
  }
  assert.equal((await begin(id, { redirect_uri: 'http://localhost:4711/x' })).status, 400)
})

test('CIMD: a client with keys of its own proves itself by them', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwks = { keys: [await exportJWK(publicKey)] }
  const { id } = publish({ jwks, token_endpoint_auth_method: 'private_key_jwt' })
  const now = numericDate(clock.now())
  const assertion = await new SignJWT({
    iss: id,
    sub: id,
    aud: server.url,
    jti: id,
    iat: now,
    exp: now + 60,
  })
    .setProtectedHeader({ alg: 'ES256' })
    .sign(privateKey)
  const { body } = await post(server, '/oauth/token', undefined, {
    grant_type: 'authorization_code',
    code: 'x',
    client_assertion: assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  })
  assert.notEqual(body.error, 'invalid_client')
})

test('it is off unless it was switched on, and advertised where it is on', async () => {
  const { id, path } = publish()
  assert.equal((await begin(id, {}, off)).status, 400)
  assert.equal(outside.asked(path), 0)
  const member = async ({ url }: TestServer) => {
    const response = await fetch(`${url}/.well-known/oauth-authorization-server`)
    return (await response.json()).client_id_metadata_document_supported
  }
  assert.deepEqual([await member(server), await member(off)], [true, undefined])
})

test('CIMD §8.6: an address in the own network is not asked', async () => {
  const answer = await begin('https://127.0.0.1:1/c')
  assert.equal(answer.status, 400)
  assert.equal((await begin('https://localhost/c')).status, 400)
})

test('elsewhere no stranger makes us ask for a document', async () => {
  const { id, path } = publish()
  await fetch(`${server.url}/oauth/logout?client_id=${encodeURIComponent(id)}`, {
    redirect: 'manual',
  })
  await post(server, '/oauth/revoke', undefined, { token: 'x', client_id: id })
  await post(server, '/oauth/introspect', undefined, { token: 'x', client_id: id })
  assert.equal(outside.asked(path), 0)
})
