import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  RLWrapperTimeouts,
} from 'rate-limiter-flexible'
import type { RedisConnection } from '../kv/index.ts'

/** How often a key was used in its current window; the window begins with its first use. */
export type Count = { readonly used: number; readonly resetSeconds: number }

export type Counter = {
  readonly add: (key: string, weight: number) => Promise<Count>
  readonly read: (key: string) => Promise<Count>
}

type Limit = { readonly name: string; readonly points: number; readonly seconds: number }

/** A Redis that accepts connections but does not answer is given up after this time. */
const timeoutMs = 500

/**
 * Counts in Redis when there is one. While Redis is gone this process counts for itself, so that a
 * limit may be reached later than it should, but nobody is turned away for it and nothing is unlimited.
 */
export function createCounter(limit: Limit, connection: RedisConnection | undefined): Counter {
  const limiter = limiterOf(limit, connection)
  return {
    add: async (key, weight) => {
      try {
        return countOf(await limiter.consume(key, weight), limit)
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return countOf(refusal, limit)
        throw refusal
      }
    },
    read: async (key) => countOf(await limiter.get(key), limit),
  }
}

function limiterOf(
  { name, points, seconds: duration }: Limit,
  connection: RedisConnection | undefined,
): RateLimiterAbstract {
  const local = new RateLimiterMemory({ keyPrefix: name, points, duration })
  if (connection === undefined) return local
  const shared = new RateLimiterRedis({
    storeClient: connection.client,
    useRedisPackage: true,
    rejectIfRedisNotReady: true,
    insuranceLimiter: local,
    keyPrefix: `${connection.prefix}limit:${name}`,
    points,
    duration,
  })
  return new RLWrapperTimeouts({ limiter: shared, timeoutMs })
}

function countOf(result: RateLimiterRes | null, { seconds }: Limit): Count {
  if (result === null) return { used: 0, resetSeconds: seconds }
  const { consumedPoints: used, msBeforeNext } = result
  return { used, resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) }
}
