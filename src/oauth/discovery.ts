import { acrValues } from '../mfa/index.ts'
import { accessScopes } from './access-claims.ts'
import { scopeClaims } from './claims.ts'
import { knownScopes } from './scope.ts'
import type { ProtocolSettings } from './settings.ts'
import { jwtBearerMetadata } from './token/jwt-bearer.ts'

/** One part's share of the metadata; lists of several parts are joined. */
export type MetadataPart = Readonly<
  Record<string, string | boolean | number | readonly string[] | Readonly<Record<string, string>>>
>
export type Metadata = { readonly issuer: string } & MetadataPart

export type MetadataNeeds = {
  readonly issuer: string
  readonly settings: ProtocolSettings
  /** The address of an endpoint. */
  readonly at: (path: string) => string
}

/** What each part of the protocol adds, for the configuration in force. */
const parts: readonly ((needs: MetadataNeeds) => MetadataPart)[] = [core, jwtBearerMetadata]

const authMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']
const confidentialMethods = authMethods.filter((method) => method !== 'none')
const assertionAlgorithms = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519']

const idTokenClaims = [
  'sub',
  'iss',
  'aud',
  'exp',
  'iat',
  'auth_time',
  'nonce',
  'acr',
  'amr',
  'at_hash',
  'sid',
] as const

/** OIDC Discovery section 3 and RFC 8414 section 2: exactly what works, nothing else. */
export function serverMetadata(issuer: string, settings: ProtocolSettings): Metadata {
  const needs = { issuer, settings, at: (path: string) => `${issuer}${path}` }
  const all = parts.map((part) => part(needs))
  const joined = all.reduce<Record<string, MetadataPart[string]>>((metadata, part) => {
    for (const [name, value] of Object.entries(part)) metadata[name] = join(metadata[name], value)
    return metadata
  }, {})
  return { issuer, ...joined }
}

function join(before: MetadataPart[string] | undefined, value: MetadataPart[string]) {
  return isList(before) && isList(value) ? [...new Set([...before, ...value])] : value
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value)
}

function core({ at }: MetadataNeeds): MetadataPart {
  return {
    authorization_endpoint: at('/oauth/authorize'),
    token_endpoint: at('/oauth/token'),
    userinfo_endpoint: at('/oauth/userinfo'),
    jwks_uri: at('/oauth/jwks'),
    introspection_endpoint: at('/oauth/introspect'),
    revocation_endpoint: at('/oauth/revoke'),
    end_session_endpoint: at('/oauth/logout'),
    scopes_supported: knownScopes,
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'form_post'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256', 'ES256'],
    token_endpoint_auth_methods_supported: authMethods,
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    introspection_endpoint_auth_methods_supported: confidentialMethods,
    introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    revocation_endpoint_auth_methods_supported: authMethods,
    revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    code_challenge_methods_supported: ['S256'],
    acr_values_supported: acrValues,
    display_values_supported: ['page'],
    claim_types_supported: ['normal'],
    claims_supported: [...idTokenClaims, ...Object.values(scopeClaims).flat(), ...accessScopes],
    claims_parameter_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    authorization_response_iss_parameter_supported: true, // RFC 9207 section 3
  }
}
