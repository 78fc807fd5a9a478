import type { Clock } from '../base/index.ts'
import type { Kv, Listener } from './kv.ts'

/** Milliseconds. The bound within which every node sees a change, even when told of none. */
const maxAge = 1000
const maxEntries = 10_000

/** What is read once for any number of simultaneous requests, and kept for one second. */
export type ShortMemory<T> = {
  readonly get: (key: string) => Promise<T>
  readonly forget: (key: string) => void
  readonly clear: () => void
}

type Entry<T> = { readonly readAt: number; readonly value: Promise<T> }

/** A read that fails is not kept. */
export function createShortMemory<T>(
  clock: Clock,
  read: (key: string) => Promise<T>,
): ShortMemory<T> {
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
    get(key) {
      const now = clock.now().getTime()
      const entry = entries.get(key)
      const fresh = entry !== undefined && Math.abs(now - entry.readAt) < maxAge
      return fresh ? entry.value : readAnew(key, now)
    },
    forget: (key) => {
      entries.delete(key)
    },
    clear: () => entries.clear(),
  }
}

/** What processes tell each other to forget; whoever hears nothing reads again a second later. */
export type Hearsay = {
  /** Forgets here at once, and on every other node as soon as it hears of it: after the commit. */
  readonly forget: (key: string) => void
  readonly close: () => Promise<void>
}

export function createHearsay(kv: Kv, channel: string, forgetHere: Listener): Hearsay {
  const subscription = hearOf(kv, channel, forgetHere)
  return {
    forget(key) {
      forgetHere(key)
      // Nobody waits for it.
      kv.publish(channel, key).catch(() => {})
    },
    close: async () => (await subscription)(),
  }
}

/** Subscribes where that can be done; without it what changed is found by looking. */
export async function hearOf(
  kv: Kv,
  channel: string,
  listener: Listener,
): Promise<() => Promise<void>> {
  try {
    return await kv.subscribe(channel, listener)
  } catch {
    return async () => {}
  }
}
