/**
 * trusted-issuers: others whose assertions are believed, about people and clients (RFC 7521, RFC 7523) and about
 * workloads (`federated.ts`). Owns `trusted_issuers`. Promises that shared secrets never count, and that nobody is
 * spoken for beyond what an administrator wrote down.
 */

import type { InvalidMember } from '../../base/index.ts'
import { hasControls, isStorable } from '../../base/index.ts'
import { believedAlgorithms } from '../believed-algorithms.ts'
import type { AssertionAlgorithm, SubjectMapping, TrustedIssuerInput } from './schemas.ts'

/** Somebody else whose assertions are believed, as far as is said here (RFC 7521 section 3). */
export type TrustedIssuer = {
  readonly id: string
  readonly issuer: string
  readonly jwksUri: string | null
  readonly jwks: TrustedIssuerInput['jwks'] | null
  readonly algorithms: readonly AssertionAlgorithm[]
  /** None means this server and its token endpoint. */
  readonly audiences: readonly string[]
  readonly subject: SubjectMapping
  /** Null believes every one. */
  readonly subjects: readonly string[] | null
  /** Null lets every client that has the grant. */
  readonly clientIds: readonly string[] | null
  /** Null gives what the client may have. */
  readonly scopes: readonly string[] | null
  readonly secondFactorAcr: readonly string[]
  readonly enabled: boolean
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What an administrator decides about it. */
export type Trust = Omit<TrustedIssuer, 'id' | 'version' | 'createdAt' | 'updatedAt'>

export function trustOf(input: TrustedIssuerInput): Trust {
  return {
    issuer: input.issuer,
    jwksUri: input.jwks_uri ?? null,
    jwks: input.jwks ?? null,
    algorithms: input.algorithms ?? believedAlgorithms,
    audiences: input.audiences ?? [],
    subject: input.subject,
    subjects: input.subjects ?? null,
    clientIds: input.client_ids ?? null,
    scopes: input.scopes ?? null,
    secondFactorAcr: input.second_factor_acr_values ?? [],
    enabled: input.enabled ?? true,
  }
}

/** The same the other way round: what would be sent for it. */
export function inputOf(trust: Trust): TrustedIssuerInput {
  return {
    issuer: trust.issuer,
    ...(trust.jwksUri !== null && { jwks_uri: trust.jwksUri }),
    ...(trust.jwks != null && { jwks: trust.jwks }),
    algorithms: [...trust.algorithms],
    audiences: [...trust.audiences],
    subject: trust.subject,
    ...(trust.subjects !== null && { subjects: [...trust.subjects] }),
    ...(trust.clientIds !== null && { client_ids: [...trust.clientIds] }),
    ...(trust.scopes !== null && { scopes: [...trust.scopes] }),
    second_factor_acr_values: [...trust.secondFactorAcr],
    enabled: trust.enabled,
  }
}

type Own = {
  /** The issuer that we are ourselves. */
  readonly issuer: string
  /** Hosts that may be asked without TLS. */
  readonly outgoingHosts?: readonly string[]
}

/** Everything that is wrong with what was sent. */
export function problemsOf(
  input: TrustedIssuerInput,
  { issuer: ours, outgoingHosts = [] }: Own,
): InvalidMember[] {
  const problems: InvalidMember[] = []
  const { issuer, jwks, jwks_uri: uri, subject, subjects } = input
  const byMetadata = jwks === undefined && uri === undefined
  for (const [name, value] of Object.entries(input)) {
    if (!isStorable(value)) problems.push({ pointer: `/${name}`, words: 'cannot be stored' })
  }
  if (hasControls(issuer)) problems.push({ pointer: '/issuer', words: 'has control characters' })
  if (issuer === ours) {
    // Our own tokens are exchanged (RFC 8693), which knows whom they were given to.
    problems.push({ pointer: '/issuer', words: 'is this server itself' })
  }
  if (byMetadata && (!isWebAddress(issuer, outgoingHosts) || /[?#]/.test(issuer))) {
    // OIDC Discovery section 3: an issuer has neither query nor fragment.
    problems.push({ pointer: '/issuer', words: 'must be an https address, or jwks be given' })
  }
  if (uri !== undefined && !isWebAddress(uri, outgoingHosts)) {
    problems.push({ pointer: '/jwks_uri', words: 'is not an https address' })
  }
  if (jwks !== undefined && uri !== undefined) {
    problems.push({ pointer: '/jwks', words: 'must be absent beside jwks_uri' })
  }
  if (jwks?.keys.some((key) => 'd' in key || key.kty === 'oct')) {
    problems.push({ pointer: '/jwks', words: 'must hold public keys only' })
  }
  if (subject === 'client' && subjects === undefined) {
    // Many issuers serve everybody: without names, a stranger's job could speak for the client.
    problems.push({ pointer: '/subjects', words: 'is needed where the client acts for itself' })
  }
  return problems
}

function isWebAddress(text: string, plainHosts: readonly string[]): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, host } = new URL(text)
  const isPlain = plainHosts.includes(hostname) || plainHosts.includes(host)
  return protocol === 'https:' || (protocol === 'http:' && isPlain)
}
