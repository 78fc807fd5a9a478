/** A registered resource (RFC 8707) as people are told of it. */
export type ResourceWords = {
  readonly identifier: string
  readonly name: string
  readonly scopes: readonly ScopeMeaning[]
}
type ScopeMeaning = {
  readonly scope: string
  readonly name: string
  readonly description?: string
}

/** What finds a registered resource; the protocol module owns them. */
export type ResourceLookup = {
  readonly find: (identifier: string) => Promise<ResourceWords | undefined>
}

/** The words of resources; one that is no longer registered keeps its identifier. */
export function readResources(
  { resourceBook }: { readonly resourceBook: ResourceLookup },
  identifiers: readonly string[],
): Promise<ResourceWords[]> {
  return Promise.all(
    identifiers.map(async (identifier) => {
      const found = await resourceBook.find(identifier)
      return found ?? { identifier, name: identifier, scopes: [] }
    }),
  )
}

/** What of an identifier a person can recognise. */
export function hostOfResource(identifier: string): string {
  const host = URL.canParse(identifier) ? new URL(identifier).host : ''
  return host === '' ? identifier : host
}
