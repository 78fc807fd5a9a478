import type { Clock } from '../base/index.ts'
import { hasControls } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { Kv } from '../kv/index.ts'
import type { Client } from './client.ts'
import { findClient, isOriginAllowed } from './store.ts'

/** Milliseconds. The bound within which every node sees a change, even when told of none. */
const maxAge = 1000
const maxEntries = 10_000
/** Characters: ids that are addresses of documents are the longest. */
const longestId = 1024
const channel = 'clients'

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
  const clients = createMemory(clock, (clientId) => findClient(db, clientId))
  const origins = createMemory(clock, (origin) => isOriginAllowed(db, origin))
  const forgetHere = (clientId: string) => {
    clients.forget(clientId)
    // Which origins were of this client is not known any more.
    origins.clear()
  }
  const subscription = subscribe(kv, forgetHere)
  return {
    async find(clientId) {
      if (clientId.length > longestId || hasControls(clientId)) return undefined
      const client = await clients.get(clientId)
      return client?.isActive === true ? client : undefined
    },
    allowsOrigin: async (origin) => isOrigin(origin) && (await origins.get(origin)),
    forget(clientId) {
      forgetHere(clientId)
      // Nobody waits for it: who is not told reads again a second later.
      kv.publish(channel, clientId).catch(() => {})
    },
    close: async () => (await subscription)(),
  }
}

async function subscribe(kv: Kv, forget: (clientId: string) => void): Promise<() => Promise<void>> {
  try {
    return await kv.subscribe(channel, forget)
  } catch {
    return async () => {}
  }
}

/** What browsers send: anything else is not looked for. */
function isOrigin(text: string): boolean {
  return text.length <= 300 && /^https?:\/\/[^\s/?#@\\]+$/.test(text) && !hasControls(text)
}

type Entry<T> = { readonly readAt: number; readonly value: Promise<T> }

function createMemory<T>(clock: Clock, read: (key: string) => Promise<T>) {
  const entries = new Map<string, Entry<T>>()
  const readAnew = (key: string, now: number) => {
    const entry = { readAt: now, value: read(key) }
    if (entries.size >= maxEntries) entries.clear()
    entries.set(key, entry)
    entry.value.catch(() => {
      if (entries.get(key) === entry) entries.delete(key)
    })
    return entry.value
  }
  return {
    get(key: string): Promise<T> {
      const now = clock.now().getTime()
      const entry = entries.get(key)
      const fresh = entry !== undefined && Math.abs(now - entry.readAt) < maxAge
      return fresh ? entry.value : readAnew(key, now)
    },
    forget: (key: string) => entries.delete(key),
    clear: () => entries.clear(),
  }
}
