import cluster from 'node:cluster'
import type { Kv, KvCall } from '../kv/index.ts'
import { createLinkedKv, kvFailures } from '../kv/index.ts'
import type { CountCall, LinkedLimits } from '../limits/index.ts'
import { toSupervisor } from './channel.ts'
import type { Line } from './line.ts'
import { openLine } from './line.ts'
import type { FromSupervisor, FromWorker, Gathered, Place, StoreName } from './messages.ts'
import { protocol } from './messages.ts'

/** Why a worker has to end: told to, with or without another in its place, or left alone. */
export type EndReason = 'stopped' | 'rolled' | 'orphaned'

export type Membership = {
  readonly place: Place
  /** The soft state of all workers; undefined where Redis has it. */
  readonly linked: { readonly kv: Kv; readonly limits: LinkedLimits } | undefined
  readonly end: Promise<EndReason>
  /** Tells whether the exclusive jobs are this one's, now and at every change. */
  readonly onOwn: (listener: (mine: boolean) => void) => void
  /** How to answer for this process when measurements are gathered. */
  readonly onSnapshot: (take: () => Promise<string>) => void
  readonly gather: () => Promise<Gathered>
  readonly tellMerged: (past: string, edition: number) => void
  /** From now on requests may come. */
  readonly serving: () => void
  /** The last word. */
  readonly leave: (snapshot: string) => Promise<void>
}

/** Milliseconds that the supervisor may take for more than a look into its memory. */
const patience = 5000

/** Whether this process was started by a supervisor. */
export function isWorker(): boolean {
  return cluster.isWorker
}

/** Makes this process a worker of the supervisor that started it. */
export async function joinSupervisor(): Promise<Membership> {
  const end = Promise.withResolvers<EndReason>()
  const mind: { own: boolean; onOwn?: (mine: boolean) => void; take?: () => Promise<string> } = {
    own: false,
  }
  const heard: ((channel: string, message: string) => void)[] = []
  const line: Line<FromWorker> = openLine<FromWorker, FromSupervisor>(toSupervisor(), {
    answers: {
      snapshot: async () => {
        if (mind.take === undefined) throw new Error('not serving yet')
        return mind.take()
      },
      alive: async () => true,
    },
    listeners: {
      published: ({ channel, message }) => {
        for (const hear of heard) hear(channel, message)
      },
      own: (mine) => {
        mind.own = mine
        mind.onOwn?.(mine)
      },
      end: ({ rolled }) => end.resolve(rolled ? 'rolled' : 'stopped'),
    },
  })
  // Otherwise node:cluster ends the process at once when its supervisor is gone, requests and all.
  if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true
  void line.closed.then(() => end.resolve('orphaned'))
  const place = await line.ask('join', { protocol }, { patience })
  return {
    place,
    linked: place.linked ? linkedState(line, heard) : undefined,
    end: end.promise,
    onOwn: (listener) => {
      mind.onOwn = listener
      listener(mind.own)
    },
    onSnapshot: (take) => {
      mind.take = take
    },
    gather: () => line.ask('gather', undefined, { patience }),
    tellMerged: (past, edition) => line.tell('merged', { past, edition }),
    serving: () => line.tell('serving', undefined),
    leave: async (snapshot) => {
      line.tell('parting', snapshot)
      if (process.connected) process.disconnect()
      await line.closed
    },
  }
}

type Heard = ((channel: string, message: string) => void)[]

function linkedState(line: Line<FromWorker>, heard: Heard) {
  const link = (store: StoreName) => ({
    call: (...call: KvCall) => line.ask('kv', { store, call }).catch(unavailable),
    hear: (listener: Heard[number]) => {
      if (store === 'main') heard.push(listener)
    },
  })
  const count = (...call: CountCall) => line.ask('count', call).catch(unavailable)
  return {
    kv: createLinkedKv(link('main')),
    limits: { store: createLinkedKv(link('limits')), count },
  }
}

/** Whatever went wrong, there was no answer, and nobody may act as if there had been one. */
function unavailable(error: unknown): never {
  throw kvFailures.unavailable(error)
}
