import type { InvalidMember } from '../base/index.ts'
import { hasControls, isStorable } from '../base/index.ts'
import { meaningOf } from '../mfa/index.ts'
import { clientFailures } from './failures.ts'
import { originProblem, redirectUriProblem } from './redirect-uri.ts'
import type { ClientInput, ClientMetadata } from './schemas.ts'

const unstorable = 'has characters that cannot be stored'

const unknownAcr = 'is none of acr_values_supported'

/** The scopes a client may ask for when its registration names none. */
const defaultScope = 'openid profile email address phone offline_access'

/**
 * Fills in the defaults. They are those of RFC 7591 section 2, but `authorization_code` brings
 * `refresh_token` along, because offline_access decides at run time.
 */
export function completeMetadata(input: ClientInput): ClientMetadata {
  const { client_name: _, ...given } = input
  const method = given.token_endpoint_auth_method ?? 'client_secret_basic'
  const grants = given.grant_types ?? ['authorization_code', 'refresh_token']
  return {
    ...given,
    redirect_uris: given.redirect_uris ?? [],
    post_logout_redirect_uris: given.post_logout_redirect_uris ?? [],
    token_endpoint_auth_method: method,
    grant_types: grants,
    response_types: given.response_types ?? (grants.includes('authorization_code') ? ['code'] : []),
    scope: given.scope ?? defaultScope,
    id_token_signed_response_alg: given.id_token_signed_response_alg ?? 'RS256',
    require_pkce: given.require_pkce ?? true,
    require_consent: given.require_consent ?? true,
  }
}

/** The metadata that a client may be registered with. Fails with the codes of RFC 7591 section 3.2.2. */
export function checkedMetadata(input: ClientInput): ClientMetadata {
  const metadata = completeMetadata(input)
  const badName = hasControls(input.client_name) || !isStorable(input.client_name)
  const members = [
    ...(badName ? [{ pointer: '/client_name', words: unstorable }] : []),
    ...metadataProblems(metadata),
  ]
  if (members.length === 0) return metadata
  const aboutUris = members.every((member) => member.pointer.startsWith('/redirect_uris'))
  throw clientFailures[aboutUris ? 'invalid_redirect_uri' : 'invalid_client_metadata']({ members })
}

/** Everything that is wrong with complete metadata, as members with JSON pointers. */
export function metadataProblems(metadata: ClientMetadata): InvalidMember[] {
  return [
    ...textProblems(metadata),
    ...uriProblems('redirect_uris', metadata.redirect_uris),
    ...uriProblems('post_logout_redirect_uris', metadata.post_logout_redirect_uris),
    ...originProblems(metadata),
    ...webProblems(metadata),
    ...acrProblems(metadata),
    ...consistencyProblems(metadata),
  ]
}

function textProblems(metadata: ClientMetadata): InvalidMember[] {
  return Object.entries(metadata).flatMap(([name, value]) =>
    isStorable(value) ? [] : [{ pointer: `/${name}`, words: unstorable }],
  )
}

function uriProblems(member: string, uris: readonly string[]): InvalidMember[] {
  return uris.flatMap((uri, i) => {
    const problem = redirectUriProblem(uri)
    return problem === undefined ? [] : [{ pointer: `/${member}/${i}`, words: problem }]
  })
}

function originProblems({ allowed_origins: origins = [] }: ClientMetadata): InvalidMember[] {
  return origins.flatMap((origin, i) => {
    const problem = originProblem(origin)
    return problem === undefined ? [] : [{ pointer: `/allowed_origins/${i}`, words: problem }]
  })
}

function webProblems(metadata: ClientMetadata): InvalidMember[] {
  const members = ['client_uri', 'policy_uri', 'tos_uri', 'logo_uri'] as const
  return members.flatMap((member) => {
    const uri = metadata[member]
    const fine = uri === undefined || (URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol))
    return fine ? [] : [{ pointer: `/${member}`, words: 'is not a web address' }]
  })
}

/** What no sign-in can reach would be asked for in vain (OIDC Registration section 2). */
function acrProblems({ default_acr_values: values = [] }: ClientMetadata): InvalidMember[] {
  return values.flatMap((value, i) =>
    meaningOf(value) ? [] : [{ pointer: `/default_acr_values/${i}`, words: unknownAcr }],
  )
}

function consistencyProblems(metadata: ClientMetadata): InvalidMember[] {
  const problems: InvalidMember[] = []
  const method = metadata.token_endpoint_auth_method
  const grants = metadata.grant_types
  const add = (pointer: string, words: string) => problems.push({ pointer, words })
  if (grants.includes('authorization_code') && metadata.redirect_uris.length === 0) {
    add('/redirect_uris', 'is needed for the authorization_code grant')
  }
  if (grants.includes('client_credentials') && method === 'none') {
    add('/grant_types', 'client_credentials needs a client that authenticates') // RFC 6749 section 4.4
  }
  if (grants.includes('refresh_token') && !grants.includes('authorization_code')) {
    add('/grant_types', 'refresh_token needs authorization_code')
  }
  if (method === 'none' && !metadata.require_pkce) {
    add('/require_pkce', 'a public client must use PKCE') // RFC 9700 section 2.1.1
  }
  if (method === 'private_key_jwt' && metadata.jwks === undefined) {
    add('/jwks', 'is needed for private_key_jwt')
  }
  if (metadata.jwks?.keys.some((key) => 'd' in key || key.kty === 'oct')) {
    add('/jwks', 'must hold public keys only')
  }
  if (!/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$|^$/.test(metadata.scope)) {
    add('/scope', 'is not a list of scope tokens') // RFC 6749 section 3.3
  }
  return problems
}
