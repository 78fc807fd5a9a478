import type { InvalidMember } from '../base/index.ts'
import { hasControls, isStorable } from '../base/index.ts'
import { clientFailures } from './failures.ts'
import { rules } from './rules/rules.ts'
import type { ClientInput, ClientMetadata } from './schemas.ts'

const unstorable = 'has characters that cannot be stored'

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
    id_token_signed_response_alg: given.id_token_signed_response_alg ?? defaultAlgorithm(given),
    ...pollByDefault(given, grants),
    require_pkce: given.require_pkce ?? true,
    require_consent: given.require_consent ?? true,
  }
}

/** CIBA Core section 4 asks for a delivery mode; most want this one. */
function pollByDefault(
  { backchannel_token_delivery_mode: mode }: Pick<ClientInput, 'backchannel_token_delivery_mode'>,
  grants: readonly string[],
): Pick<ClientInput, 'backchannel_token_delivery_mode'> {
  const needed = mode === undefined && grants.includes('urn:openid:params:grant-type:ciba')
  return needed ? { backchannel_token_delivery_mode: 'poll' } : {}
}

/** FAPI 2.0 Security Profile section 5.4.1 does without RS256, which is the default elsewhere. */
function defaultAlgorithm({ profile }: Pick<ClientInput, 'profile'>): 'ES256' | 'RS256' {
  return profile === 'fapi2' ? 'ES256' : 'RS256'
}

/** The metadata that a client may be registered with. Fails with the codes of RFC 7591 section 3.2.2. */
export function checkedMetadata(
  input: ClientInput,
  plainHosts: readonly string[] = [],
): ClientMetadata {
  const metadata = completeMetadata(input)
  const badName = hasControls(input.client_name) || !isStorable(input.client_name)
  const members = [
    ...(badName ? [{ pointer: '/client_name', words: unstorable }] : []),
    ...metadataProblems(metadata, plainHosts),
  ]
  if (members.length === 0) return metadata
  const aboutUris = members.every((member) => member.pointer.startsWith('/redirect_uris'))
  throw clientFailures[aboutUris ? 'invalid_redirect_uri' : 'invalid_client_metadata']({ members })
}

/** Everything that is wrong with complete metadata, as members with JSON pointers. */
export function metadataProblems(
  metadata: ClientMetadata,
  plainHosts: readonly string[] = [],
): InvalidMember[] {
  return rules.flatMap((rule) => rule(metadata, plainHosts))
}
