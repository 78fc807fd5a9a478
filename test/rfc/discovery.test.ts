import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

let server: TestServer
let metadata: Record<string, unknown>

before(async () => {
  server = await testServer()
  const response = await fetch(`${server.url}/.well-known/openid-configuration`)
  metadata = await response.json()
})
after(() => server.close())

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const allowed: Readonly<Record<string, readonly string[]>> = {
  authorization_endpoint: ['GET', 'POST'],
  token_endpoint: ['POST'],
  userinfo_endpoint: ['GET', 'POST'],
  jwks_uri: ['GET'],
  introspection_endpoint: ['POST'],
  revocation_endpoint: ['POST'],
  pushed_authorization_request_endpoint: ['POST'],
  device_authorization_endpoint: ['POST'],
  backchannel_authentication_endpoint: ['POST'],
  end_session_endpoint: ['GET', 'POST'],
}

test('RFC 8414 §3: the three paths answer the same', async () => {
  const names = ['openid-configuration', 'oauth-authorization-server', 'openid_configuration']
  for (const name of names) {
    const response = await fetch(`${server.url}/.well-known/${name}`)
    assert.equal(response.status, 200, name)
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/, name)
    assert.equal(response.headers.get('access-control-allow-origin'), '*', name)
    assert.match(response.headers.get('cache-control') ?? '', /max-age=\d+/, name)
    assert.deepEqual(await response.json(), metadata, name)
  }
})

test('OIDC Discovery §3: the issuer is the public address and the required members are there', () => {
  assert.equal(metadata.issuer, server.url)
  const required = [
    'response_types_supported',
    'subject_types_supported',
    'id_token_signing_alg_values_supported',
  ]
  for (const name of [...required, ...Object.keys(allowed)]) assert.ok(metadata[name], name)
  assert.deepEqual(metadata.response_types_supported, ['code', 'none'])
  const modes = ['query', 'fragment', 'form_post']
  const asJwt = [...modes.map((mode) => `${mode}.jwt`), 'jwt']
  assert.deepEqual(metadata.response_modes_supported, [...modes, ...asJwt])
  assert.deepEqual(metadata.prompt_values_supported, ['none', 'login', 'consent', 'select_account'])
  assert.deepEqual(metadata.code_challenge_methods_supported, ['S256'])
  assert.equal(metadata.authorization_response_iss_parameter_supported, true)
  assert.equal(metadata.request_parameter_supported, true)
  assert.equal(metadata.request_uri_parameter_supported, true)
  assert.equal(metadata.require_request_uri_registration, true)
  assert.equal(metadata.require_pushed_authorization_requests, false)
  const objects = metadata.request_object_signing_alg_values_supported
  assert.ok(Array.isArray(objects) && !objects.includes('none') && !objects.includes('HS256'))
  assert.equal(metadata.authorization_details_types_supported, undefined)
  const algorithms = metadata.id_token_signing_alg_values_supported
  assert.ok(Array.isArray(algorithms) && algorithms.includes('RS256'), 'RS256 is a must')
  const auth = metadata.token_endpoint_auth_signing_alg_values_supported
  assert.ok(Array.isArray(auth) && !auth.includes('none') && auth.includes('HS256'))
})

test('RFC 8414 §2: every endpoint that is advertised answers, with the issuer as its beginning', async () => {
  const endpoints = Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$/.test(name))
  assert.deepEqual(endpoints.map(([name]) => name).sort(), Object.keys(allowed).sort())
  for (const [name, url] of endpoints) {
    assert.ok(String(url).startsWith(`${server.url}/`), name)
    for (const method of allowed[name] ?? []) {
      const { status } = await fetch(String(url), { method, redirect: 'manual' })
      assert.ok(![404, 405].includes(status) && status < 500, `${method} ${name}: ${status}`)
    }
  }
})

test('RFC 9110 §15.5.6: other methods are answered with 405 and Allow', async () => {
  const paths = Object.entries(allowed).map(([name, list]) => [metadata[name], list] as const)
  const known = [`${server.url}/.well-known/openid-configuration`, ['GET']] as const
  for (const [url, list] of [...paths, known]) {
    for (const method of methods.filter((name) => !list.includes(name))) {
      const response = await fetch(String(url), { method, redirect: 'manual' })
      assert.equal(response.status, 405, `${method} ${String(url)}`)
      const allow = (response.headers.get('allow') ?? '').split(/, */)
      assert.deepEqual(
        allow.filter((name) => name !== 'HEAD').sort(),
        [...list].sort(),
        String(url),
      )
    }
  }
})

test('RFC 7517 §5: the key set has public keys only, for every algorithm that is advertised', async () => {
  const response = await fetch(String(metadata.jwks_uri))
  assert.equal(response.status, 200)
  const { keys }: { keys: Record<string, unknown>[] } = await response.json()
  const advertised = ['RS256', 'ES256', 'PS256', 'ES384', 'ES512', 'EdDSA']
  assert.deepEqual(metadata.id_token_signing_alg_values_supported, advertised)
  const algorithms = keys.filter(({ use }) => use === 'sig').map(({ alg }) => String(alg))
  // The keys of the others are made when a client first asks for them.
  assert.ok(['RS256', 'ES256'].every((alg) => algorithms.includes(alg)))
  assert.ok(algorithms.every((alg) => advertised.includes(alg)))
  assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length, 'a kid names one key')
  for (const key of keys) {
    assert.ok(key.kid && key.kty)
    assert.ok(key.use === 'sig' || key.use === 'enc')
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'])
      assert.equal(key[secret], undefined)
  }
})

test('RFC 8414 §3: an unknown well-known path is not found', async () => {
  const response = await fetch(`${server.url}/.well-known/nothing`)
  assert.equal(response.status, 404)
})
