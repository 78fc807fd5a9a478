import { type Kv, kvFailures, type Listener, lifetimeMillis } from './kv.ts'

/** One operation as it is sent to the process that keeps the state. */
export type KvCall =
  | readonly ['get' | 'take' | 'delete' | 'subscribe' | 'unsubscribe', name: string]
  | readonly ['set' | 'add', key: string, value: string, ttlSeconds: number]
  | readonly ['replace', key: string, value: string, ttlSeconds: number, expected: string]
  | readonly ['publish', channel: string, message: string]
  | readonly ['ping']

export type KvReply = string | boolean | undefined

/** The way to the process that keeps the state. */
export type KvLink = {
  /** Rejects when there is no answer in time, whatever became of the call. */
  readonly call: (...call: KvCall) => Promise<KvReply>
  /** Hears what is published in the channels subscribed to. */
  readonly hear: (listener: (channel: string, message: string) => void) => void
}

/**
 * Soft state that another process of this installation keeps, which must be reachable: there is nothing here
 * to fall back to, for two processes that each believe they are the only one would both accept what is good once.
 */
export function createLinkedKv(link: KvLink): Kv {
  let closed = false
  const ask = async (...call: KvCall): Promise<KvReply> => {
    if (closed) throw kvFailures.unavailable()
    return link.call(...call)
  }
  const askForText = async (...call: KvCall) => {
    const reply = await ask(...call)
    return typeof reply === 'string' ? reply : undefined
  }
  const channels = createSubscriptions(link, ask)
  return {
    get: (key) => askForText('get', key),
    set: async (key, value, ttlSeconds) => {
      await ask('set', key, value, checked(ttlSeconds))
    },
    add: async (key, value, ttlSeconds) =>
      (await ask('add', key, value, checked(ttlSeconds))) === true,
    take: (key) => askForText('take', key),
    delete: async (key) => {
      await ask('delete', key)
    },
    replace: async (...[key, value, ttlSeconds, expected]) =>
      (await ask('replace', key, value, checked(ttlSeconds), expected)) === true,
    publish: async (channel, message) => {
      await ask('publish', channel, message)
    },
    subscribe: channels.subscribe,
    ping: async () => {
      await ask('ping')
    },
    close: async () => {
      if (closed) return
      await channels.clear()
      closed = true
    },
  }
}

/** The bug of a caller is found where it is and not in the other process. */
function checked(ttlSeconds: number): number {
  lifetimeMillis(ttlSeconds)
  return ttlSeconds
}

type Ask = (...call: KvCall) => Promise<KvReply>

/** One subscription over there for any number here. */
function createSubscriptions(link: KvLink, ask: Ask) {
  const channels = new Map<string, Set<Listener>>()
  link.hear((channel, message) => {
    for (const listener of channels.get(channel) ?? []) listener(message)
  })
  const unsubscribe = async (channel: string, own: Listener) => {
    const listeners = channels.get(channel)
    if (listeners?.delete(own) !== true || listeners.size > 0) return
    channels.delete(channel)
    // Nobody is hurt by messages that nobody here listens to.
    await ask('unsubscribe', channel).catch(() => {})
  }
  return {
    subscribe: async (channel: string, listener: Listener) => {
      // A function of its own, so that the same listener may be subscribed twice.
      const own: Listener = (message) => listener(message)
      const listeners = channels.get(channel) ?? new Set<Listener>()
      channels.set(channel, listeners.add(own))
      try {
        await ask('subscribe', channel)
      } catch (error) {
        await unsubscribe(channel, own)
        throw error
      }
      return () => unsubscribe(channel, own)
    },
    clear: async () => {
      const known = [...channels.keys()]
      channels.clear()
      await Promise.all(known.map((channel) => ask('unsubscribe', channel).catch(() => {})))
    },
  }
}

/** The calls of one linked process, answered from the store that this one keeps. */
export type KvAnswers = {
  readonly answer: (...call: KvCall) => Promise<KvReply>
  /** Ends what the process had subscribed to. */
  readonly close: () => Promise<void>
}

export function answerLinkedKv(
  kv: Kv,
  tell: (channel: string, message: string) => void,
): KvAnswers {
  const subscriptions = new Map<string, Promise<() => Promise<void>>>()
  const subscribe = async (channel: string): Promise<undefined> => {
    const known = subscriptions.get(channel)
    const subscription = known ?? kv.subscribe(channel, (message) => tell(channel, message))
    subscriptions.set(channel, subscription)
    await subscription
    return undefined
  }
  const unsubscribe = async (channel: string): Promise<undefined> => {
    const subscription = subscriptions.get(channel)
    subscriptions.delete(channel)
    await (await subscription)?.()
    return undefined
  }
  return {
    answer: (...call) => {
      if (call[0] === 'subscribe') return subscribe(call[1])
      if (call[0] === 'unsubscribe') return unsubscribe(call[1])
      return perform(kv, call)
    },
    close: async () => {
      await Promise.all([...subscriptions.keys()].map(unsubscribe))
    },
  }
}

async function perform(kv: Kv, call: KvCall): Promise<KvReply> {
  if (call[0] === 'get') return kv.get(call[1])
  if (call[0] === 'take') return kv.take(call[1])
  if (call[0] === 'add') return kv.add(call[1], call[2], call[3])
  if (call[0] === 'replace') return kv.replace(call[1], call[2], call[3], call[4])
  await performSilently(kv, call)
  return undefined
}

/** What has nothing to say but that it was done. */
function performSilently(kv: Kv, call: KvCall): Promise<void> {
  if (call[0] === 'set') return kv.set(call[1], call[2], call[3])
  if (call[0] === 'delete') return kv.delete(call[1])
  if (call[0] === 'publish') return kv.publish(call[1], call[2])
  if (call[0] === 'ping') return kv.ping()
  throw new Error(`${call[0]} is no operation of the soft state`)
}
