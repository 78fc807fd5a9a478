import type { ClientId, Clock } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import { markClientsUsed } from './store.ts'

/** Remembers which clients were used, and writes it down now and then: no request pays for it. */
export type ClientUses = {
  readonly note: (clientId: ClientId) => void
  readonly flush: () => Promise<void>
}

type Needs = {
  readonly db: Db
  readonly clock: Clock
  /** Seconds for which a client that nobody registered stays unused. */
  readonly lifetime: number
}

const day = 86_400

export function createClientUses({ db, clock, lifetime }: Needs): ClientUses {
  let used = new Set<ClientId>()
  // Once a day is enough, unless so short a life needs more.
  const precision = Math.min(day, lifetime / 4)
  return {
    note: (clientId) => used.add(clientId),
    async flush() {
      if (used.size === 0) return
      const written = used
      used = new Set()
      await markClientsUsed(db, [...written], { now: clock.now(), lifetime, precision })
    },
  }
}
