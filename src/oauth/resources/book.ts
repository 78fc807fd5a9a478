import type { Clock } from '../../base/index.ts'
import type { Queries } from '../../db/index.ts'
import type { Kv } from '../../kv/index.ts'
import type { Resource } from './resource.ts'
import { isResourceUri, resourceKey } from './resource.ts'
import { findResourceByKey } from './store.ts'

/** Milliseconds. The bound within which every node sees a change, even when told of none. */
const maxAge = 1000
const maxEntries = 10_000
const channel = 'resources'

/** The registered resources by identifier, each read once a second at most. */
export type ResourceBook = {
  readonly find: (identifier: string) => Promise<Resource | undefined>
  /** Forgets a resource, here at once and on every other node as soon as it hears of it: after the commit. */
  readonly forget: (identifier: string) => void
  readonly close: () => Promise<void>
}

type Needs = { readonly db: Queries; readonly clock: Clock; readonly kv: Kv }
type Entry = { readonly readAt: number; readonly resource: Promise<Resource | undefined> }

export function createResourceBook({ db, clock, kv }: Needs): ResourceBook {
  const entries = new Map<string, Entry>()
  const read = (key: string, readAt: number) => {
    const entry = { readAt, resource: findResourceByKey(db, key) }
    if (entries.size >= maxEntries) entries.clear()
    entries.set(key, entry)
    entry.resource.catch(() => {
      if (entries.get(key) === entry) entries.delete(key)
    })
    return entry.resource
  }
  const subscription = subscribe(kv, (key) => entries.delete(key))
  return {
    async find(identifier) {
      if (!isResourceUri(identifier)) return undefined
      const key = resourceKey(identifier)
      const now = clock.now().getTime()
      const entry = entries.get(key)
      const fresh = entry !== undefined && Math.abs(now - entry.readAt) < maxAge
      return fresh ? entry.resource : read(key, now)
    },
    forget(identifier) {
      const key = resourceKey(identifier)
      entries.delete(key)
      // Nobody waits for it: who is not told reads again a second later.
      kv.publish(channel, key).catch(() => {})
    },
    close: async () => (await subscription)(),
  }
}

async function subscribe(kv: Kv, forget: (key: string) => void): Promise<() => Promise<void>> {
  try {
    return await kv.subscribe(channel, forget)
  } catch {
    return async () => {}
  }
}
