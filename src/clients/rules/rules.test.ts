import assert from 'node:assert/strict'
import { test } from 'node:test'
import { completeMetadata, metadataProblems } from '../metadata.ts'
import type { ClientInput } from '../schemas.ts'

const input: ClientInput = { client_name: 'App', redirect_uris: ['https://app.example.com/cb'] }
const ec = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }
const keys = { jwks: { keys: [ec] } }
const plain = ['keys.internal:8080']
const ciba = 'urn:openid:params:grant-type:ciba'
const device = 'urn:ietf:params:oauth:grant-type:device_code'
const signing = { token_endpoint_auth_method: 'private_key_jwt', ...keys } as const

type Part = Partial<ClientInput>

function pointers(part: Part): string[] {
  const metadata = completeMetadata({ ...input, ...part })
  return metadataProblems(metadata, plain).map(({ pointer }) => pointer)
}

/** What is sound, by the section that allows it. */
const sound: readonly (readonly [why: string, part: Part])[] = [
  ['RFC 7591 §2.1: implicit', { grant_types: ['implicit'], response_types: ['id_token'] }],
  [
    'RFC 7591 §2.1: hybrid',
    { grant_types: ['authorization_code', 'implicit'], response_types: ['code id_token token'] },
  ],
  ['RFC 6749 §4.3: password with refresh', { grant_types: ['password', 'refresh_token'] }],
  [
    'RFC 8628: a device with refresh and no redirect URI',
    { grant_types: [device, 'refresh_token'], redirect_uris: [] },
  ],
  [
    'CIBA §4: poll with refresh',
    {
      grant_types: [ciba, 'refresh_token'],
      redirect_uris: [],
      backchannel_token_delivery_mode: 'poll',
    },
  ],
  [
    'keys at an address',
    { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://a.example/jwks' },
  ],
  [
    'keys at an address of the own network',
    { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://keys.internal:8080/jwks' },
  ],
  [
    'RFC 7523 §3: proofs of somebody else instead of keys',
    {
      token_endpoint_auth_method: 'private_key_jwt',
      federated_credentials: [{ issuer: 'https://ci.example', subject: 'job' }],
    },
  ],
  [
    'RFC 8705 §2.1.2: one name',
    { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_ip: '2001:db8::1' },
  ],
  [
    'RFC 8252 §7: native',
    { application_type: 'native', redirect_uris: ['com.example:/cb', 'http://[::1]/cb'] },
  ],
  ['OIDC Core §6.2: a digest as fragment', { request_uris: ['https://a.example/r#digest'] }],
  ['encryption', { ...keys, id_token_encrypted_response_alg: 'ECDH-ES' }],
  [
    'encryption to an address',
    { jwks_uri: 'https://a.example/', userinfo_encrypted_response_alg: 'RSA-OAEP' },
  ],
  ['pairwise with one host', { subject_type: 'pairwise' }],
  ['FAPI 2.0 §5.3.2', { ...signing, profile: 'fapi2' }],
  [
    'logout addresses',
    {
      backchannel_logout_uri: 'https://b.example/out?x=1',
      frontchannel_logout_uri: 'https://app.example.com/out',
      frontchannel_logout_session_required: true,
    },
  ],
]

/** What is refused, by the section that refuses it, and where it is told. */
const refused: readonly (readonly [why: string, part: Part, ...pointers: string[]])[] = [
  [
    'RFC 7591 §2.1: code without its grant',
    { grant_types: ['implicit'], response_types: ['code id_token'] },
    '/response_types',
  ],
  [
    'RFC 7591 §2.1: token without its grant',
    { response_types: ['code', 'id_token token'] },
    '/response_types',
  ],
  ['RFC 7591 §2.1: the grant without its type', { grant_types: ['implicit'] }, '/response_types'],
  ['a code that nobody can get', { response_types: [] }, '/response_types'],
  [
    'RFC 6749 §4.2.2: implicit does not refresh',
    { grant_types: ['implicit', 'refresh_token'], response_types: ['id_token'] },
    '/grant_types',
  ],
  [
    'the type none without a redirect URI',
    { grant_types: ['password'], response_types: ['none'], redirect_uris: [] },
    '/redirect_uris',
  ],
  [
    'OIDC Registration §2: implicit over http',
    {
      grant_types: ['implicit'],
      response_types: ['id_token'],
      redirect_uris: ['http://127.0.0.1/cb'],
    },
    '/redirect_uris/0',
  ],
  [
    'OIDC Registration §2: implicit to localhost',
    {
      grant_types: ['implicit'],
      response_types: ['id_token'],
      redirect_uris: ['https://localhost/cb'],
    },
    '/redirect_uris/0',
  ],
  [
    'a web application with a scheme of its own',
    { application_type: 'web', redirect_uris: ['com.example:/cb'] },
    '/redirect_uris/0',
  ],
  [
    'CIBA §7.1: a public client',
    { grant_types: [ciba], redirect_uris: [], token_endpoint_auth_method: 'none' },
    '/grant_types',
  ],
  [
    'CIBA §4: ping without an endpoint',
    { grant_types: [ciba], redirect_uris: [], backchannel_token_delivery_mode: 'ping' },
    '/backchannel_client_notification_endpoint',
  ],
  [
    'CIBA §4: user codes',
    { backchannel_user_code_parameter: true },
    '/backchannel_user_code_parameter',
  ],
  [
    'CIBA members without CIBA',
    { backchannel_token_delivery_mode: 'poll' },
    '/backchannel_token_delivery_mode',
  ],
  ['RFC 7591 §2: keys twice', { ...keys, jwks_uri: 'https://a.example/' }, '/jwks_uri'],
  ['keys without TLS', { jwks_uri: 'http://a.example/' }, '/jwks_uri'],
  ['keys with a password', { jwks_uri: 'https://u:p@a.example/' }, '/jwks_uri'],
  ['a symmetric key among others', { jwks: { keys: [ec, { kty: 'EC', k: 'x' }] } }, '/jwks'],
  ['a key of no type', { jwks: { keys: [{ x: 'y' }] } }, '/jwks'],
  [
    'RFC 8705 §2.2: self-signed without keys',
    { token_endpoint_auth_method: 'self_signed_tls_client_auth' },
    '/jwks',
  ],
  [
    'RFC 8705 §2.1.2: no name',
    { token_endpoint_auth_method: 'tls_client_auth' },
    '/tls_client_auth_subject_dn',
  ],
  [
    'RFC 8705 §2.1.2: two names',
    {
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_san_dns: 'a',
      tls_client_auth_san_uri: 'b',
    },
    '/tls_client_auth_san_uri',
  ],
  ['a name for nothing', { tls_client_auth_san_dns: 'a' }, '/tls_client_auth_san_dns'],
  [
    'a name that is no address',
    { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_ip: 'a' },
    '/tls_client_auth_san_ip',
  ],
  [
    'HS256 for keys of its own',
    { ...signing, token_endpoint_auth_signing_alg: 'HS256' },
    '/token_endpoint_auth_signing_alg',
  ],
  [
    'ES256 for a secret',
    { token_endpoint_auth_method: 'client_secret_jwt', token_endpoint_auth_signing_alg: 'ES256' },
    '/token_endpoint_auth_signing_alg',
  ],
  [
    'an issuer without TLS',
    { ...signing, federated_credentials: [{ issuer: 'http://ci.example', subject: 's' }] },
    '/federated_credentials/0/issuer',
  ],
  [
    'federated for a secret',
    { federated_credentials: [{ issuer: 'https://ci.example', subject: 's' }] },
    '/federated_credentials',
  ],
  [
    'OIDC Registration §2: enc without alg',
    { ...keys, id_token_encrypted_response_enc: 'A128GCM' },
    '/id_token_encrypted_response_enc',
  ],
  [
    'encrypted to nobody',
    { userinfo_encrypted_response_alg: 'RSA-OAEP' },
    '/userinfo_encrypted_response_alg',
  ],
  [
    'encrypted to a key of another kind',
    { ...keys, introspection_encrypted_response_alg: 'RSA-OAEP' },
    '/introspection_encrypted_response_alg',
  ],
  [
    'a signature without keys',
    { request_object_signing_alg: 'ES256' },
    '/request_object_signing_alg',
  ],
  [
    'only signed requests without keys',
    { require_signed_request_object: true },
    '/require_signed_request_object',
  ],
  [
    'RFC 9101: requests without TLS',
    { request_uris: ['https://a.example/', 'http://a.example/'] },
    '/request_uris/1',
  ],
  [
    'OIDC Core §8.1: two hosts',
    { subject_type: 'pairwise', redirect_uris: ['https://a.example/', 'https://b.example/'] },
    '/sector_identifier_uri',
  ],
  [
    'OIDC Core §8.1: no host',
    { subject_type: 'pairwise', redirect_uris: ['com.example:/cb'] },
    '/sector_identifier_uri',
  ],
  [
    'a sector without TLS',
    { sector_identifier_uri: 'http://a.example/' },
    '/sector_identifier_uri',
  ],
  [
    'OIDC Core §4: initiation without TLS',
    { initiate_login_uri: 'http://a.example/' },
    '/initiate_login_uri',
  ],
  [
    'Back-Channel Logout §2.2: a fragment',
    { backchannel_logout_uri: 'https://a.example/#x' },
    '/backchannel_logout_uri',
  ],
  [
    'Front-Channel Logout §2: another origin',
    { frontchannel_logout_uri: 'https://b.example/' },
    '/frontchannel_logout_uri',
  ],
  [
    'a session without an address',
    { backchannel_logout_session_required: true },
    '/backchannel_logout_session_required',
  ],
  ['FAPI 2.0 §5.3.2.1: a secret', { profile: 'fapi2' }, '/token_endpoint_auth_method'],
  [
    'FAPI 2.0 §5.4.1: RS256',
    { ...signing, profile: 'fapi2', id_token_signed_response_alg: 'RS256' },
    '/id_token_signed_response_alg',
  ],
  [
    'FAPI 2.0 §5.3.2.2: plain HTTP',
    { ...signing, profile: 'fapi2', redirect_uris: ['http://127.0.0.1/'] },
    '/redirect_uris/0',
  ],
  [
    'FAPI 2.0 §5.3.2.1: password',
    { ...signing, profile: 'fapi2', grant_types: ['authorization_code', 'password'] },
    '/grant_types',
  ],
  [
    'RFC 8707 §2: a fragment',
    { allowed_resources: ['https://api.example/#x'] },
    '/allowed_resources/0',
  ],
]

test('what the specifications allow is registered', () => {
  for (const [why, part] of sound) assert.deepEqual(pointers(part), [], why)
})

test('what they refuse is told at the member that is wrong', () => {
  for (const [why, part, ...expected] of refused) assert.deepEqual(pointers(part), expected, why)
})
