import { isIP } from 'node:net'
import type { ClientMetadata } from '../schemas.ts'
import type { Rule } from './rule.ts'
import { addressProblem, one, when } from './rule.ts'

/** RFC 7591 section 2: one of the two, and public keys only. */
export const keys: Rule = ({ jwks, jwks_uri: uri }, plainHosts) => [
  ...one('jwks_uri', uri, (text) => addressProblem(text, { plainHosts })),
  ...when(jwks !== undefined && uri !== undefined, '/jwks_uri', 'must not be there beside jwks'),
  ...when(
    jwks?.keys.some((key) => 'd' in key || 'k' in key || key.kty === 'oct') === true,
    '/jwks',
    'must hold public keys only',
  ),
  ...when(
    jwks?.keys.some((key) => typeof key.kty !== 'string') === true,
    '/jwks',
    'has a key without a type',
  ),
]

export function hasKeys({ jwks, jwks_uri: uri }: ClientMetadata): boolean {
  return jwks !== undefined || uri !== undefined
}

export const proofs: Rule = (metadata) => {
  const { token_endpoint_auth_method: method, token_endpoint_auth_signing_alg: alg } = metadata
  const federated = metadata.federated_credentials !== undefined
  const symmetric = alg?.startsWith('HS')
  return [
    ...when(
      method === 'private_key_jwt' && !hasKeys(metadata) && !federated,
      '/jwks',
      'is needed for private_key_jwt',
    ),
    ...when(
      method === 'self_signed_tls_client_auth' && !hasKeys(metadata),
      '/jwks',
      'is needed for self_signed_tls_client_auth', // RFC 8705 section 2.2.2
    ),
    ...when(
      (method === 'private_key_jwt' && symmetric === true) ||
        (method === 'client_secret_jwt' && symmetric === false),
      '/token_endpoint_auth_signing_alg',
      'does not fit token_endpoint_auth_method',
    ),
  ]
}

const nameMembers = [
  'tls_client_auth_subject_dn',
  'tls_client_auth_san_dns',
  'tls_client_auth_san_uri',
  'tls_client_auth_san_ip',
  'tls_client_auth_san_email',
] as const

/** RFC 8705 section 2.1.2. */
export const certificates: Rule = (metadata) => {
  const named = nameMembers.filter((member) => metadata[member] !== undefined)
  const byName = metadata.token_endpoint_auth_method === 'tls_client_auth'
  const { tls_client_auth_san_ip: ip } = metadata
  return [
    ...when(
      byName && named.length === 0,
      '/tls_client_auth_subject_dn',
      'it or one tls_client_auth_san member is needed for tls_client_auth',
    ),
    ...(byName ? named.slice(1) : []).map((member) => ({
      pointer: `/${member}`,
      words: 'only one name of the certificate may be there',
    })),
    ...(byName ? [] : named).map((member) => ({
      pointer: `/${member}`,
      words: 'is for the method tls_client_auth only',
    })),
    ...when(ip !== undefined && isIP(ip) === 0, '/tls_client_auth_san_ip', 'is not an IP address'),
  ]
}

/** RFC 7523 section 3: whose tokens prove the client instead of its own. */
export const federated: Rule = (metadata, plainHosts) => {
  const { federated_credentials: all = [], token_endpoint_auth_method: method } = metadata
  return [
    ...when(
      all.length > 0 && method !== 'private_key_jwt',
      '/federated_credentials',
      'is for the method private_key_jwt only',
    ),
    ...all.flatMap(({ issuer, jwks_uri: uri }, i) => [
      ...one(`federated_credentials/${i}/issuer`, issuer, (text) =>
        addressProblem(text, { plainHosts }),
      ),
      ...one(`federated_credentials/${i}/jwks_uri`, uri, (text) =>
        addressProblem(text, { plainHosts }),
      ),
    ]),
  ]
}
