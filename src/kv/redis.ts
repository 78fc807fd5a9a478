import { type Kv, kvFailures, lifetimeMillis } from './kv.ts'

export type RedisOptions = {
  readonly url: string
  /** Put before every key and channel, so that installations may share a server. */
  readonly prefix: string
  /** Hears of lost connections; the caller of a failed operation gets its own failure. */
  readonly onError: (error: unknown) => void
}

const connectTimeout = 2000
const connectAttempts = 4
const longestPause = 2000

/** An operation on a server that accepts connections but does not answer fails after this time. */
const deadline = 2000

/** One step on the server: nobody can write between the comparison and the change. */
const replaceScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`

/**
 * Soft state shared by many processes, on Redis 6.2 or newer, or Valkey.
 * Rejects when the server cannot be reached at first; a connection lost later is taken up again,
 * and until then every operation fails at once instead of waiting in a queue.
 */
export async function createRedisKv(options: RedisOptions): Promise<RedisKv> {
  const client = await connectionTo(options)
  await client.connect().catch((error: unknown) => {
    throw kvFailures.unavailable(error)
  })
  const connection = { client, prefix: options.prefix }
  return { ...operations(client, options), ...messages(client, options), connection }
}

type Client = Awaited<ReturnType<typeof connectionTo>>

/** The connection itself, for what needs more than soft state: counters that Redis counts. */
export type RedisConnection = {
  readonly client: Client
  /** What every key must begin with. */
  readonly prefix: string
}

export type RedisKv = Kv & { readonly connection: RedisConnection }

async function connectionTo({ url, onError }: RedisOptions) {
  let connected = false
  // Loaded only where it is used: a single node without Redis saves the memory.
  const { createClient } = await import('@redis/client')
  const client = createClient({
    url,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    socket: {
      connectTimeout,
      reconnectStrategy: (retries, cause) => {
        if (!connected && retries >= connectAttempts - 1) return cause
        return Math.min(50 * 2 ** Math.min(retries, 10), longestPause)
      },
    },
  })
  client.on('ready', () => {
    connected = true
  })
  client.on('error', onError)
  return client
}

function operations(client: Client, { prefix }: RedisOptions) {
  const name = (key: string) => prefix + key
  const expiring = (ttlSeconds: number) =>
    ({ expiration: { type: 'PX', value: lifetimeMillis(ttlSeconds) } }) as const
  return {
    get: async (key) => (await answer(client.get(name(key)))) ?? undefined,
    set: async (key, value, ttlSeconds) => {
      await answer(client.set(name(key), value, expiring(ttlSeconds)))
    },
    add: async (key, value, ttlSeconds) => {
      const absent = { ...expiring(ttlSeconds), condition: 'NX' } as const
      return (await answer(client.set(name(key), value, absent))) !== null
    },
    take: async (key) => (await answer(client.getDel(name(key)))) ?? undefined,
    delete: async (key) => {
      await answer(client.del(name(key)))
    },
    replace: async (...[key, value, ttlSeconds, expected]) => {
      const values = [expected, value, String(lifetimeMillis(ttlSeconds))]
      const call = { keys: [name(key)], arguments: values }
      return (await answer(client.eval(replaceScript, call))) === 1
    },
    ping: async () => {
      await answer(client.ping())
    },
  } satisfies Partial<Kv>
}

function messages(client: Client, { prefix, onError }: RedisOptions) {
  return {
    publish: async (channel, message) => {
      await answer(client.publish(prefix + channel, message))
    },
    subscribe: async (channel, listener) => {
      const own = (message: string) => {
        try {
          listener(message)
        } catch (error) {
          // Thrown further it would take the connection down with it.
          onError(error)
        }
      }
      // A client without a connection would keep the subscription for later and never answer.
      if (!client.isReady) throw kvFailures.unavailable()
      await answer(client.subscribe(prefix + channel, own))
      return async () => {
        if (!client.isOpen) return
        const ended = answer(client.unsubscribe(prefix + channel, own))
        // Without a connection there is nobody to tell.
        await (client.isReady ? ended : ended.catch(onError))
      }
    },
    close: async () => {
      if (!client.isOpen) return
      // Without a connection there is nobody to say goodbye to.
      const finished = client.isReady ? answer(client.close()) : Promise.resolve()
      await finished.catch(onError)
      if (client.isOpen) client.destroy()
    },
  } satisfies Partial<Kv>
}

/** The reply, in time, or the one failure that callers know. */
async function answer<Reply>(reply: Promise<Reply>): Promise<Reply> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('Redis does not answer')), deadline)
  try {
    return await Promise.race([reply, late.promise])
  } catch (error) {
    throw kvFailures.unavailable(error)
  } finally {
    clearTimeout(timer)
  }
}
