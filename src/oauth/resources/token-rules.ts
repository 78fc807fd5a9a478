import type { Client } from '../../clients/index.ts'
import { demandsOf } from '../../clients/index.ts'
import type { SigningAlgorithm } from '../../keys/index.ts'
import type { TokenBinding } from '../../session/index.ts'
import { oauthFailures } from '../failures.ts'
import type { ResourceNeeds } from './requested.ts'
import { mayName } from './requested.ts'
import type { Resource } from './resource.ts'

/** What an access token looks like. */
export type TokenRules = {
  readonly format: 'jwt' | 'opaque'
  readonly alg: SigningAlgorithm
  /** Seconds. */
  readonly lifetime: number
  /** The scopes that it may have; undefined: all that were granted. */
  readonly scopes: ReadonlySet<string> | undefined
}

const usualAlg = 'ES256'
const refused = (why: string) =>
  oauthFailures.invalid_target({ parameter: 'resource', log: { why } })

export type TokenRulesNeeds = ResourceNeeds & {
  /** Seconds. */
  readonly accessTokenLifetime: number
}

export type TokenTarget = {
  readonly client: Client
  readonly resources: readonly string[]
  readonly binding: TokenBinding | undefined
}

/**
 * What the resources that a token is for make of it; without any, the client says. Fails where there can be no
 * such token: with `invalid_target` (RFC 8707 section 2), and where it would have to be bound and is not.
 */
export async function readTokenRules(
  { resourceBook, accessTokenLifetime }: TokenRulesNeeds,
  { client, resources: named, binding }: TokenTarget,
): Promise<TokenRules> {
  const found = await Promise.all(named.map((one) => resourceBook.find(one)))
  const resources = found.filter((one) => one !== undefined)
  if (resources.length < found.length) throw refused('unknown')
  const rules = tokenRules(client, resources, accessTokenLifetime)
  if (binding === undefined && resources.some(({ requireBinding }) => requireBinding)) {
    throw oauthFailures.binding_required()
  }
  return rules
}

/** Of several resources the strictest counts; one token cannot be in two formats or signed twice. */
function tokenRules(
  client: Client,
  resources: readonly Resource[],
  usualLifetime: number,
): TokenRules {
  if (!resources.every(({ identifier }) => mayName(client, identifier))) {
    throw refused('not allowed to the client')
  }
  const [first, ...others] = resources
  if (first === undefined) return ownRules(client, usualLifetime)
  const { format, signingAlg: alg } = first
  if (others.some((one) => one.format !== format)) throw refused('two formats')
  if (format === 'jwt' && others.some((one) => one.signingAlg !== alg)) {
    throw refused('two algorithms')
  }
  if (format === 'jwt' && demandsOf(client).algorithms?.includes(alg) === false) {
    throw refused('an algorithm that the profile of the client forbids') // FAPI 2.0 section 5.4.1
  }
  return {
    format,
    alg,
    lifetime: Math.min(...resources.map(({ lifetime }) => lifetime ?? usualLifetime)),
    scopes: new Set(resources.flatMap(({ scopes }) => scopes.map(({ scope }) => scope))),
  }
}

function ownRules({ metadata }: Client, lifetime: number): TokenRules {
  const format = metadata.access_token_format ?? 'jwt'
  return { format, alg: usualAlg, lifetime, scopes: undefined }
}
