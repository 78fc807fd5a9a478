import type { InvalidMember } from '../../base/index.ts'
import type { ClientInput, RegistrationLimits } from '../../clients/index.ts'
import type { ProtocolSettings } from '../settings.ts'

/**
 * What a client that nobody vouches for is not asked about: it would trust itself, act without a person or
 * reach into other clients. To it these are members that we do not know (RFC 7591 section 2).
 */
const forAdministrators: ReadonlySet<string> = new Set([
  'require_consent',
  'require_pkce',
  'mfa_policy',
  'access_claims',
  'token_exchange',
  'federated_credentials',
  'allowed_origins',
])

/** The grants in which a person decides; the others only by an initial access token that names them. */
const usualGrants = [
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
]

export function isForAdministrators(member: string): boolean {
  return forAdministrators.has(member)
}

/** The most that a client may be registered with: what its initial access token says, or else the settings. */
export function limitsOf(
  settings: ProtocolSettings,
  given: RegistrationLimits | null,
): { readonly scopes: readonly string[]; readonly grantTypes: readonly string[] } {
  const usual = settings.legacyResponseTypes ? [...usualGrants, 'implicit'] : usualGrants
  return {
    scopes: given?.scopes ?? settings.registrationScopes.split(' ').filter((scope) => scope !== ''),
    grantTypes: given?.grantTypes ?? usual,
  }
}

type Limits = ReturnType<typeof limitsOf>

/** Leaves of the scopes those that may be had: the answer tells which (RFC 7591 section 3.2.1). */
export function narrowed(input: ClientInput, { scopes }: Limits): ClientInput {
  const asked = input.scope?.split(' ').filter((scope) => scope !== '') ?? scopes
  return { ...input, scope: asked.filter((scope) => scopes.includes(scope)).join(' ') }
}

/** RFC 9700 section 2.1.1: a client that authenticates may do without, where the operator lets it. */
export function exempted(input: ClientInput, settings: ProtocolSettings): ClientInput {
  const strict = input.token_endpoint_auth_method === 'none' || input.profile === 'fapi2'
  return settings.registrationPkce || strict ? input : { ...input, require_pkce: false }
}

/** A grant cannot be left out in silence: the client would not work. */
export function refusedGrants(input: ClientInput, { grantTypes }: Limits): InvalidMember[] {
  return (input.grant_types ?? []).flatMap((grant, i) =>
    grantTypes.includes(grant)
      ? []
      : [{ pointer: `/grant_types/${i}`, words: 'is not for clients that register themselves' }],
  )
}

/** The grants that give nothing about a person, or only to an address that shows whose the sector is. */
const sectorGrants = ['authorization_code', 'implicit', 'refresh_token', 'client_credentials']

/**
 * A sector is proved by redirect URIs, to which the answers go (OIDC Core section 8.1). Who gets answers without
 * them could name those of another sector, and learn the names that it knows people by.
 */
export function refusedSector({
  subject_type: type,
  grant_types: grants = [],
}: ClientInput): InvalidMember[] {
  const isProved = grants.every((grant) => sectorGrants.includes(grant))
  return type !== 'pairwise' || isProved
    ? []
    : [{ pointer: '/subject_type', words: 'cannot be pairwise with a grant without redirect URIs' }]
}
