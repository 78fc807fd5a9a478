import assert from 'node:assert/strict'
import { test } from 'node:test'
import { completeMetadata, metadataProblems } from './metadata.ts'
import type { ClientInput } from './schemas.ts'

const input: ClientInput = {
  client_name: 'App',
  redirect_uris: ['https://app.example.com/cb'],
}

test('RFC 7591 §2: what is not said is filled in', () => {
  assert.deepEqual(completeMetadata({ client_name: 'App' }), {
    redirect_uris: [],
    post_logout_redirect_uris: [],
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'openid profile email address phone offline_access',
    id_token_signed_response_alg: 'RS256',
    require_pkce: true,
    require_consent: true,
  })
})

test('what is said is kept', () => {
  const said: ClientInput = {
    client_name: 'App',
    redirect_uris: ['https://app.example.com/cb'],
    post_logout_redirect_uris: ['https://app.example.com/'],
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    scope: '',
    jwks: { keys: [{ kty: 'EC' }] },
    id_token_signed_response_alg: 'ES256',
    default_max_age: 0,
    default_acr_values: ['phr', 'urn:cardea:aal2'],
    mfa_policy: 'required',
    require_pkce: false,
    require_consent: false,
    client_uri: 'https://app.example.com',
  }
  const { client_name: _, ...rest } = said
  assert.deepEqual(completeMetadata(said), rest)
  assert.deepEqual(metadataProblems(completeMetadata(said)), [])
})

test('each inconsistency is told at its member', () => {
  const cases: [string, Partial<ClientInput>, string][] = [
    ['no redirect URI', { redirect_uris: [] }, '/redirect_uris'],
    [
      'a bad one',
      { redirect_uris: ['https://a.example/', 'http://b.example/'] },
      '/redirect_uris/1',
    ],
    [
      'a bad one after logout',
      { post_logout_redirect_uris: ['javascript:alert(1)'] },
      '/post_logout_redirect_uris/0',
    ],
    ['a link that is code', { client_uri: 'javascript:alert(1)' }, '/client_uri'],
    ['a policy that is no address', { policy_uri: 'policy' }, '/policy_uri'],
    ['terms in a file', { tos_uri: 'file:///tos' }, '/tos_uri'],
    [
      'a public machine',
      {
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'client_credentials'],
      },
      '/grant_types',
    ],
    ['refreshing nothing', { grant_types: ['refresh_token'] }, '/grant_types'],
    [
      'a public client without PKCE',
      { token_endpoint_auth_method: 'none', require_pkce: false },
      '/require_pkce',
    ],
    [
      'a level that nobody can reach',
      { default_acr_values: ['urn:cardea:aal2', 'urn:example:gold'] },
      '/default_acr_values/1',
    ],
    ['no key to check with', { token_endpoint_auth_method: 'private_key_jwt' }, '/jwks'],
    ['a private key', { jwks: { keys: [{ kty: 'EC', d: 'x' }] } }, '/jwks'],
    ['a symmetric key', { jwks: { keys: [{ kty: 'oct', k: 'x' }] } }, '/jwks'],
    ['two spaces', { scope: 'openid  email' }, '/scope'],
    ['a quote', { scope: 'a"b' }, '/scope'],
    ['a line break', { scope: 'openid\n' }, '/scope'],
  ]
  for (const [why, part, pointer] of cases) {
    const problems = metadataProblems(completeMetadata({ ...input, ...part }))
    assert.deepEqual(
      problems.map((problem) => problem.pointer),
      [pointer],
      why,
    )
  }
})

test('several problems are told together', () => {
  const bad: ClientInput = { client_name: 'App', scope: '"', client_uri: 'x' }
  const pointers = metadataProblems(completeMetadata(bad)).map(({ pointer }) => pointer)
  assert.deepEqual(pointers, ['/client_uri', '/redirect_uris', '/scope'])
})
