import type { InvalidMember } from '../../base/index.ts'
import { hasControls, isStorable } from '../../base/index.ts'
import { resourceFailures } from './failures.ts'
import type { Resource } from './resource.ts'
import { isOurs, isResourceUri, longestJwt } from './resource.ts'
import type { ResourceInput } from './schemas.ts'

/** What can be said of a resource: everything but when and under which id it was registered. */
export type ResourceDraft = Omit<Resource, 'id' | 'version' | 'createdAt' | 'updatedAt'>

/** Fills in the defaults and checks what a schema cannot. Fails with 400. */
export function checkedResource(input: ResourceInput, issuer: string): ResourceDraft {
  const draft = completed(input)
  const members = problemsOf(draft, issuer)
  if (members.length > 0) throw resourceFailures.invalid_resource({ members })
  return draft
}

function completed(input: ResourceInput): ResourceDraft {
  return {
    identifier: input.identifier,
    name: input.name,
    scopes: input.scopes ?? [],
    format: input.access_token_format ?? 'jwt',
    lifetime: input.access_token_lifetime ?? null,
    signingAlg: input.access_token_signing_alg ?? 'ES256',
    requireBinding: input.require_binding ?? false,
    introspectionClients: input.introspection_clients ?? [],
  }
}

/** What a resource is registered with, as it would be sent. */
export function resourceInput(resource: ResourceDraft): Required<ResourceInput> {
  return {
    identifier: resource.identifier,
    name: resource.name,
    scopes: resource.scopes.map((scope) => ({ ...scope })),
    access_token_format: resource.format,
    access_token_lifetime: resource.lifetime,
    access_token_signing_alg: resource.signingAlg,
    require_binding: resource.requireBinding,
    introspection_clients: [...resource.introspectionClients],
  }
}

function problemsOf(draft: ResourceDraft, issuer: string): InvalidMember[] {
  const { identifier, name, scopes, format, lifetime } = draft
  const problems: InvalidMember[] = []
  const add = (pointer: string, words: string) => problems.push({ pointer, words })
  if (!isResourceUri(identifier)) {
    add('/identifier', 'must be an absolute URI without a fragment') // RFC 8707 section 2
  } else if (isOurs(identifier, issuer)) {
    add('/identifier', 'is an address of this server, whose own tokens have it as audience')
  }
  if (hasControls(name)) add('/name', 'must not have control characters')
  scopes.forEach((one, i) => {
    if (hasControls(one.name)) add(`/scopes/${i}/name`, 'must not have control characters')
    if (scopes.findIndex(({ scope }) => scope === one.scope) < i) {
      add(`/scopes/${i}/scope`, 'is there already')
    }
  })
  if (!isStorable(draft)) add('', 'has characters that cannot be stored')
  if (format === 'jwt' && lifetime !== null && lifetime > longestJwt) {
    add('/access_token_lifetime', `must be at most ${longestJwt} for a JWT`)
  }
  return problems
}
