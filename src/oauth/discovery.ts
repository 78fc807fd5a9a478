import { acrValues } from '../mfa/index.ts'
import { accessScopes } from './access-claims.ts'
import { bindingMetadata, endpointAliases } from './binding/metadata.ts'
import { scopeClaims } from './claims.ts'
import { clientAuthMetadata } from './client-auth/metadata.ts'
import { cibaMetadata } from './ciba/metadata.ts'
import { deviceMetadata } from './device/metadata.ts'
import { detailMetadata } from './details/requested.ts'
import { logoutMetadata } from './logout/metadata.ts'
import { pushedMetadata } from './pushed/push.ts'
import { requestObjectMetadata } from './request-object/metadata.ts'
import { responseMetadata } from './response/metadata.ts'
import { introspectionMetadata } from './introspection-jwt.ts'
import { registrationMetadata } from './registration/metadata.ts'
import { knownScopes } from './scope.ts'
import type { ProtocolSettings } from './settings.ts'
import { subjectMetadata } from './subject.ts'
import { userinfoMetadata } from './userinfo.ts'
import { passwordMetadata } from './token/password.ts'
import { jwtBearerMetadata } from './token/jwt-bearer.ts'
import { tokenExchangeMetadata } from './token/token-exchange.ts'

/** One part's share of the metadata; lists of several parts are joined. */
export type MetadataPart = Readonly<
  Record<string, string | boolean | number | readonly string[] | Readonly<Record<string, string>>>
>
export type Metadata = { readonly issuer: string } & MetadataPart

export type MetadataNeeds = {
  readonly issuer: string
  readonly settings: ProtocolSettings
  /** Whether certificates of clients can reach us. */
  readonly clientCertificates: boolean
  /** Whether people may make themselves an account. */
  readonly signUp: 'open' | 'invitation' | 'closed'
  /** The address of an endpoint. */
  readonly at: (path: string) => string
}

/** What each part of the protocol adds, for the configuration in force. */
const parts: readonly ((needs: MetadataNeeds) => MetadataPart)[] = [
  core,
  introspectionMetadata,
  responseMetadata,
  clientAuthMetadata,
  bindingMetadata,
  jwtBearerMetadata,
  deviceMetadata,
  cibaMetadata,
  passwordMetadata,
  tokenExchangeMetadata,
  pushedMetadata,
  requestObjectMetadata,
  detailMetadata,
  logoutMetadata,
  subjectMetadata,
  userinfoMetadata,
  registrationMetadata,
]

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
export function serverMetadata(given: Omit<MetadataNeeds, 'at'>): Metadata {
  const { issuer } = given
  const needs = { ...given, at: (path: string) => issuer + path }
  const all = parts.map((part) => part(needs))
  const joined = all.reduce<Record<string, MetadataPart[string]>>((metadata, part) => {
    for (const [name, value] of Object.entries(part)) metadata[name] = join(metadata[name], value)
    return metadata
  }, {})
  const metadata = { issuer, ...joined }
  return { ...metadata, ...endpointAliases(metadata, needs) }
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
    scopes_supported: knownScopes,
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    subject_types_supported: ['public'],
    code_challenge_methods_supported: ['S256'],
    acr_values_supported: acrValues,
    display_values_supported: ['page'],
    claim_types_supported: ['normal'],
    claims_supported: [...idTokenClaims, ...Object.values(scopeClaims).flat(), ...accessScopes],
    claims_parameter_supported: true,
    authorization_response_iss_parameter_supported: true, // RFC 9207 section 3
  }
}
