import type { Client } from '../../clients/index.ts'
import type { ParameterLists } from '../../http/index.ts'
import { oauthFailures } from '../failures.ts'
import type { ResourceBook } from './book.ts'
import { isResourceUri, resourceKey } from './resource.ts'

export type ResourceNeeds = { readonly resourceBook: Pick<ResourceBook, 'find'> }

const refused = (why: string) =>
  oauthFailures.invalid_target({ parameter: 'resource', log: { why } })

/** RFC 8707 section 2.2: at the token endpoint a part of what was granted, or all of it when none is named. */
export function narrowed(asked: readonly string[], granted: readonly string[]): readonly string[] {
  if (asked.length === 0) return granted
  if (asked.every((one) => granted.includes(one))) return asked
  throw refused('not granted')
}

/**
 * The resources that a request names, spelt as they are registered: each one known, and allowed to the client
 * (RFC 8707 section 2).
 */
export async function requestedResources(
  { resourceBook }: ResourceNeeds,
  client: Client,
  lists: ParameterLists,
): Promise<readonly string[]> {
  const named = lists.get('resource') ?? []
  const found = await Promise.all(named.map((uri) => registered(resourceBook, client, uri)))
  return [...new Set(found)]
}

async function registered(
  book: ResourceNeeds['resourceBook'],
  client: Client,
  uri: string,
): Promise<string> {
  if (!isResourceUri(uri)) throw refused('not an absolute URI without a fragment')
  const resource = await book.find(uri)
  if (resource === undefined) throw refused('unknown')
  if (!mayName(client, resource.identifier)) throw refused('not allowed to the client')
  return resource.identifier
}

/** A client that is registered for none in particular may name all. */
export function mayName({ metadata }: Client, identifier: string): boolean {
  const { allowed_resources: allowed } = metadata
  if (allowed === undefined) return true
  const key = resourceKey(identifier)
  return allowed.some((one) => isResourceUri(one) && resourceKey(one) === key)
}
