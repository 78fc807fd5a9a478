import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { ResourceServer } from '../../packages/resource-server/src/index.ts'
import { createResourceServer, ResourceError } from '../../packages/resource-server/src/index.ts'
import type { Administrator } from '../harness/administrator.ts'
import { administrator } from '../harness/administrator.ts'
import type { Fields } from '../harness/oauth.ts'
import { basic, obtainTokens, query } from '../harness/oauth.ts'
import type { TestClient, TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

/** The middleware for resource servers, with tokens of a real server. */
let server: TestServer
let owner: Administrator
let client: TestClient
let api: ResourceServer
const resource = 'https://api.example.com/notes'
const opaque = 'https://api.example.com/opaque'

before(async () => {
  server = await testServer()
  owner = await administrator(server, 'owner')
  client = await server.client({
    grant_types: ['client_credentials', 'authorization_code'],
    scope: 'openid notes:read notes:write',
    require_consent: false,
  })
  const scopes = ['notes:read', 'notes:write'].map((scope) => ({ scope, name: scope }))
  for (const [identifier, format] of [
    [resource, 'jwt'],
    [opaque, 'opaque'],
  ]) {
    const body = { identifier, name: 'Notes', scopes, access_token_format: format }
    const answer = await owner.send('POST /admin/resources', body)
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
  }
  api = createResourceServer({ resource, issuer: server.url, scopes: ['notes:read'] })
})
after(() => server.close())

async function token(fields: Fields = {}, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${server.url}/oauth/token`, {
    method: 'POST',
    headers: { ...basic(client), ...headers },
    body: query({ grant_type: 'client_credentials', resource, scope: 'notes:read', ...fields }),
  })
  const body = (await response.json()) as { access_token: string }
  assert.equal(response.status, 200, JSON.stringify(body))
  return body.access_token
}

const request = (authorization?: string, headers: Record<string, string> = {}) =>
  new Request(`${resource}/1?x=y`, {
    headers: { ...(authorization !== undefined && { authorization }), ...headers },
  })

/** What a refused request is answered. */
async function refused(
  asked: Request,
  demands?: Parameters<ResourceServer['verify']>[1],
  at = api,
): Promise<[number, string]> {
  const error = await at.verify(asked, demands).then(
    () => assert.fail('let in'),
    (one: unknown) => one,
  )
  assert.ok(error instanceof ResourceError, String(error))
  return [error.status, error.toResponse().headers.get('www-authenticate') ?? '']
}

const where =
  'resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/notes"'

test('RFC 9728 §2 and §3.1: the metadata names the resource, its server and its scopes', () => {
  assert.equal(api.metadataPath, '/.well-known/oauth-protected-resource/notes')
  assert.equal(api.metadata.resource, resource)
  assert.deepEqual(api.metadata.authorization_servers, [server.url])
  assert.deepEqual(api.metadata.scopes_supported, ['notes:read'])
})

test('RFC 9068 §4: a token for this resource is let in, one for another or for nobody is not', async () => {
  const good = await api.verify(request(`Bearer ${await token()}`), { scopes: ['notes:read'] })
  assert.equal(good.sub, client.id)
  const forOurs = await token({ resource: undefined })
  assert.deepEqual(await refused(request(`Bearer ${forOurs}`)), [
    401,
    `Bearer error="invalid_token", ${where}`,
  ])
  const user = await server.user()
  const { id_token } = await obtainTokens(server, client, user, { scope: 'openid' })
  assert.equal((await refused(request(`Bearer ${String(id_token)}`)))[0], 401)
  for (const text of ['x', 'a.b.c', '', 'eyJhbGciOiJub25lIn0.e30.']) {
    assert.equal((await refused(request(`Bearer ${text}`)))[0], 401)
  }
})

test('RFC 6750 §3.1 and RFC 9728 §5.1: who comes without a token is told where to get one', async () => {
  assert.deepEqual(await refused(request()), [401, `Bearer ${where}`])
  assert.deepEqual(await refused(request('Basic eA=='), { scopes: ['notes:read'] }), [
    401,
    `Bearer ${where}, scope="notes:read"`,
  ])
})

test('RFC 6750 §3.1 and RFC 9470 §3: too few scopes and too weak a sign-in are told', async () => {
  const bearer = `Bearer ${await token()}`
  assert.deepEqual(await refused(request(bearer), { scopes: ['notes:write'] }), [
    403,
    `Bearer error="insufficient_scope", ${where}, scope="notes:write"`,
  ])
  const [status, header] = await refused(request(bearer), { acrValues: ['phr'], maxAge: 60 })
  assert.equal(status, 401)
  assert.match(header, /insufficient_user_authentication.*acr_values="phr", max_age="60"/)
})

test('RFC 9449 §7: a bound token needs its key, and each proof counts once', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  const prove = (htm: string, htu: string, more: object = {}) =>
    new SignJWT({ htm, htu, jti: randomUUID(), ...more })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .setIssuedAt()
      .sign(privateKey)
  const bound = await token({}, { dpop: await prove('POST', `${server.url}/oauth/token`) })
  const ath = createHash('sha256').update(bound).digest('base64url')
  const authorization = `DPoP ${bound}`
  const dpop = await prove('GET', `${resource}/1`, { ath })
  const { cnf } = await api.verify(request(authorization, { dpop }))
  assert.equal(cnf?.jkt, await calculateJwkThumbprint(jwk))
  assert.match(
    (await refused(request(authorization, { dpop })))[1],
    /^DPoP error="invalid_dpop_proof"/,
  )
  const wrong = [
    await prove('POST', `${resource}/1`, { ath }),
    await prove('GET', `${resource}/2`, { ath }),
    await prove('GET', `${resource}/1`),
    await prove('GET', `${resource}/1`, { ath: 'x' }),
    'nonsense',
  ]
  for (const proof of wrong) {
    assert.equal((await refused(request(authorization, { dpop: proof })))[0], 401)
  }
  assert.equal((await refused(request(`Bearer ${bound}`)))[0], 401)
  assert.equal((await refused(request(`DPoP ${await token()}`)))[0], 401)
  const strict = createResourceServer({ resource, issuer: server.url, requireBinding: true })
  assert.equal((await refused(request(`Bearer ${await token()}`), {}, strict))[0], 401)
})

test('RFC 7662 §2: an opaque token is asked for, and refused when it was taken back', async () => {
  const introspection = { clientId: client.id, clientSecret: client.secret }
  const at = createResourceServer({ resource: opaque, issuer: server.url, introspection })
  const text = await token({ resource: opaque })
  assert.notEqual(text.split('.').length, 3)
  assert.equal((await at.verify(request(`Bearer ${text}`))).sub, client.id)
  await fetch(`${server.url}/oauth/revoke`, {
    method: 'POST',
    headers: basic(client),
    body: query({ token: text }),
  })
  assert.equal((await refused(request(`Bearer ${text}`), {}, at))[0], 401)
})

test('RFC 8414 §3.3: the keys of another issuer are not believed', async () => {
  const other = createResourceServer({ resource, issuer: `${server.url}/other` })
  assert.equal(await other.verify(request('Bearer a.b.c')).catch(() => 'no'), 'no')
})
