import type { Clock } from '../../base/index.ts'
import type { Queries } from '../../db/index.ts'
import type { Kv } from '../../kv/index.ts'
import { createHearsay, createShortMemory } from '../../kv/index.ts'
import type { Resource } from './resource.ts'
import { isResourceUri, resourceKey } from './resource.ts'
import { findResourceByKey } from './store.ts'

/** The registered resources by identifier, each read once a second at most. */
export type ResourceBook = {
  readonly find: (identifier: string) => Promise<Resource | undefined>
  /** Forgets a resource, here at once and on every other node as soon as it hears of it: after the commit. */
  readonly forget: (identifier: string) => void
  readonly close: () => Promise<void>
}

type Needs = { readonly db: Queries; readonly clock: Clock; readonly kv: Kv }

export function createResourceBook({ db, clock, kv }: Needs): ResourceBook {
  const resources = createShortMemory(clock, (key) => findResourceByKey(db, key))
  const { forget, close } = createHearsay(kv, 'resources', resources.forget)
  return {
    find: async (identifier) =>
      isResourceUri(identifier) ? resources.get(resourceKey(identifier)) : undefined,
    forget: (identifier) => forget(resourceKey(identifier)),
    close,
  }
}
