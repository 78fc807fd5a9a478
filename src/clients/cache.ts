import type { Clock } from '../base/index.ts'
import { hasControls } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { Client } from './client.ts'
import { findClient } from './store.ts'

/** Milliseconds. The bound within which every node sees a change, even when told of none. */
const maxAge = 1000
const maxEntries = 10_000

export type ClientCache = {
  /** The active client with this id; undefined when there is none or it is deactivated. */
  readonly find: (clientId: string) => Promise<Client | undefined>
  /** Forgets a client at once, after a change on this node. */
  readonly forget: (clientId: string) => void
}

type Entry = { readonly readAt: number; readonly client: Promise<Client | undefined> }

/** Clients by id, read once for any number of simultaneous requests and kept for one second. */
export function createClientCache(needs: { readonly db: Db; readonly clock: Clock }): ClientCache {
  const entries = new Map<string, Entry>()
  const read = (clientId: string, now: number) => {
    const client = findClient(needs.db, clientId)
    if (entries.size >= maxEntries) entries.clear()
    entries.set(clientId, { readAt: now, client })
    client.catch(() => entries.delete(clientId))
    return client
  }
  return {
    async find(clientId) {
      if (clientId.length > 256 || hasControls(clientId)) return undefined
      const now = needs.clock.now().getTime()
      const entry = entries.get(clientId)
      const fresh = entry !== undefined && Math.abs(now - entry.readAt) < maxAge
      const client = await (fresh ? entry.client : read(clientId, now))
      return client?.isActive === true ? client : undefined
    },
    forget: (clientId) => entries.delete(clientId),
  }
}
