import type { Clock } from '../base/index.ts'
import { hasControls } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { Kv } from '../kv/index.ts'
import { createHearsay, createShortMemory } from '../kv/index.ts'
import type { Client } from './client.ts'
import { findClient, isOriginAllowed } from './store.ts'

/** Characters: ids that are addresses of documents are the longest. */
const longestId = 1024

export type ClientCache = {
  /** The active client with this id; undefined when there is none or it is deactivated. */
  readonly find: (clientId: string) => Promise<Client | undefined>
  /** Whether an active client says that browsers may call us from an origin. */
  readonly allowsOrigin: (origin: string) => Promise<boolean>
  /** Forgets a client, here at once and on every other node as soon as it hears of it: after the commit. */
  readonly forget: (clientId: string) => void
  readonly close: () => Promise<void>
}

type Needs = { readonly db: Db; readonly clock: Clock; readonly kv: Kv }

/** Clients by id, read once for any number of simultaneous requests and kept for one second. */
export function createClientCache({ db, clock, kv }: Needs): ClientCache {
  const clients = createShortMemory(clock, (clientId) => findClient(db, clientId))
  const origins = createShortMemory(clock, (origin) => isOriginAllowed(db, origin))
  const forgetHere = (clientId: string) => {
    clients.forget(clientId)
    // Which origins were of this client is not known any more.
    origins.clear()
  }
  return {
    async find(clientId) {
      if (clientId.length > longestId || hasControls(clientId)) return undefined
      const client = await clients.get(clientId)
      return client?.isActive === true ? client : undefined
    },
    allowsOrigin: async (origin) => isOrigin(origin) && (await origins.get(origin)),
    ...createHearsay(kv, 'clients', forgetHere),
  }
}

/** What browsers send: anything else is not looked for. */
function isOrigin(text: string): boolean {
  return text.length <= 300 && /^https?:\/\/[^\s/?#@\\]+$/.test(text) && !hasControls(text)
}
