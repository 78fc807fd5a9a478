import type { Client, ClientCache } from '../../clients/index.ts'
import { oauthFailures } from '../failures.ts'
import type { ResourceBook } from '../resources/book.ts'
import { mayName } from '../resources/requested.ts'
import { isResourceUri, resourceKey } from '../resources/resource.ts'
import type { PresentedToken } from './presented-token.ts'

export type TargetNeeds = {
  readonly issuer: string
  readonly clients: ClientCache
  readonly resourceBook: Pick<ResourceBook, 'find'>
}

/** What a new token is for; without either, this server itself. */
export type Targets = {
  readonly resources: readonly string[]
  /** Clients. */
  readonly audiences: readonly string[]
}

type Asked = {
  /** Registered, and allowed to the client. */
  readonly resources: readonly string[]
  /** RFC 8693 section 2.1: logical names, here identifiers of clients and of resources. */
  readonly audiences: readonly string[]
}

const refused = (why: string) => oauthFailures.invalid_target({ log: { why } }) // RFC 8693 section 2.2.2

/** What is asked for, or what the token that is exchanged was for; fails with `invalid_target`. */
export async function targetsOf(
  needs: TargetNeeds,
  client: Client,
  { usualTargets }: Pick<PresentedToken, 'usualTargets'>,
  asked: Asked,
): Promise<Targets> {
  const named = [...asked.resources, ...asked.audiences]
  const usual = usualTargets.length > 0 ? usualTargets : [needs.issuer]
  const names = named.length > 0 ? named : usual
  const kinds = await Promise.all(names.map((name) => kindOf(needs, client, name)))
  const of = (kind: Kind['kind']) => [
    ...new Set(kinds.filter((one) => one.kind === kind).map(({ name }) => name)),
  ]
  const [own, resources, audiences] = [of('own'), of('resource'), of('client')]
  const all = [...own, ...resources, ...audiences]
  if (!all.every((name) => isAllowed(client, name))) throw refused('not for this audience')
  // A token for us and for others could be used against us by them.
  if (own.length > 0 && all.length > 1) throw refused('ours and others')
  return { resources, audiences }
}

type Kind = { readonly kind: 'own' | 'resource' | 'client'; readonly name: string }

async function kindOf(needs: TargetNeeds, client: Client, name: string): Promise<Kind> {
  if (name === needs.issuer) return { kind: 'own', name }
  const resource = isResourceUri(name) ? await needs.resourceBook.find(name) : undefined
  if (resource !== undefined) {
    const { identifier } = resource
    if (!mayName(client, identifier)) throw refused('resource not allowed to the client')
    return { kind: 'resource', name: identifier }
  }
  const other = await needs.clients.find(name)
  if (other === undefined) throw refused('unknown')
  // What another client takes for a token for itself must be allowed by name.
  const isListed = client.metadata.token_exchange?.audiences?.includes(name) === true
  if (!isListed && name !== client.clientId) throw refused('client not allowed')
  return { kind: 'client', name }
}

function isAllowed({ metadata }: Client, name: string): boolean {
  const allowed = metadata.token_exchange?.audiences
  return allowed === undefined || allowed.some((one) => one === name || sameResource(one, name))
}

function sameResource(one: string, other: string): boolean {
  return isResourceUri(one) && isResourceUri(other) && resourceKey(one) === resourceKey(other)
}
