import type { Clock } from '../base/index.ts'
import { createExpiryQueue } from './expiry-queue.ts'
import { type Kv, kvFailures, type Listener, lifetimeMillis } from './kv.ts'

type Entry = { readonly key: string; readonly value: string; readonly expiresAt: number }

/**
 * Soft state of a single process.
 *
 * Holds at most `maxEntries`: a new key in a full store evicts the entry nearest to its expiry,
 * the one that has least left to say. Expired entries are never seen; each write removes a few of
 * them, so that the memory in use follows the entries alive without any timer.
 */
export function createMemoryKv(needs: { clock: Clock; maxEntries: number }): Kv {
  const entries = createEntries(needs)
  const { publish, subscribe, clear } = createChannels()
  let closed = false
  const open = () => {
    if (closed) throw kvFailures.unavailable()
    return entries
  }
  return {
    get: async (key) => open().read(key),
    set: async (key, value, ttlSeconds) => open().write(key, value, ttlSeconds),
    add: async (key, value, ttlSeconds) => {
      if (open().read(key) !== undefined) return false
      entries.write(key, value, ttlSeconds)
      return true
    },
    take: async (key) => {
      const value = open().read(key)
      entries.remove(key)
      return value
    },
    delete: async (key) => open().remove(key),
    replace: async (...[key, value, ttlSeconds, expected]) => {
      if (open().read(key) !== expected) return false
      entries.write(key, value, ttlSeconds)
      return true
    },
    publish: async (channel, message) => open() && publish(channel, message),
    subscribe: async (channel, listener) => open() && subscribe(channel, listener),
    ping: async () => void open(),
    close: async () => {
      closed = true
      entries.clear()
      clear()
    },
  }
}

function createEntries({ clock, maxEntries }: { clock: Clock; maxEntries: number }) {
  const live = new Map<string, Entry>()
  // Overwritten and deleted entries stay queued until they come up or `compact` finds them.
  const queue = createExpiryQueue<Entry>()
  const current = (entry: Entry) => live.get(entry.key) === entry
  const dropFirst = () => {
    const first = queue.pop()
    if (first !== undefined && current(first)) live.delete(first.key)
  }
  const compact = () => {
    if (queue.size() > 2 * live.size + 64) queue.keep(current)
  }
  // Two removals per write outpace one addition, so what is expired cannot pile up.
  const dropExpired = (now: number) => {
    for (let i = 0; i < 2 && (queue.peek()?.expiresAt ?? Infinity) <= now; i += 1) dropFirst()
  }
  return {
    read: (key: string) => {
      const entry = live.get(key)
      return entry !== undefined && entry.expiresAt > clock.now().getTime()
        ? entry.value
        : undefined
    },
    write: (key: string, value: string, ttlSeconds: number) => {
      const now = clock.now().getTime()
      const entry = { key, value, expiresAt: now + lifetimeMillis(ttlSeconds) }
      dropExpired(now)
      while (!live.has(key) && live.size >= maxEntries && queue.size() > 0) dropFirst()
      live.set(key, entry)
      queue.push(entry)
      compact()
    },
    remove: (key: string) => {
      live.delete(key)
      compact()
    },
    clear: () => {
      live.clear()
      queue.keep(() => false)
    },
  }
}

function createChannels() {
  const channels = new Map<string, Set<Listener>>()
  return {
    publish: (channel: string, message: string) => {
      // Later, as over a network: a listener never runs inside the publisher.
      for (const listener of channels.get(channel) ?? []) queueMicrotask(() => listener(message))
    },
    subscribe: (channel: string, listener: Listener) => {
      // A function of its own, so that the same listener may be subscribed twice.
      const own: Listener = (message) => listeners.has(own) && listener(message)
      const listeners = channels.get(channel) ?? new Set<Listener>()
      channels.set(channel, listeners.add(own))
      return async () => {
        listeners.delete(own)
        if (listeners.size === 0 && channels.get(channel) === listeners) channels.delete(channel)
      }
    },
    clear: () => {
      for (const listeners of channels.values()) listeners.clear()
      channels.clear()
    },
  }
}
