import { type ManualClock, manualClock } from '../base/index.ts'
import { createMemoryKv, createRedisKv, type RedisKv } from '../kv/index.ts'
import { startRedis } from '../kv/redis.fixture.ts'
import { createLimits, keepCounts, type LimitSettings, type Limits } from './index.ts'

export const defaults: LimitSettings = {
  enabled: true,
  loginPerAddress: 60,
  publicPerAddress: 20,
  recoveryPerAccount: 5,
  global: 600,
  factorFailures: 50,
  clientFailures: 30,
  perRecipientHourly: 10,
  freeFailures: 5,
  longestDelay: 60,
  stuffingAccounts: 20,
  notifyAfter: 10,
  challenge: 'off',
  challengeCost: 1000,
}

export const secret = Buffer.alloc(32, 3)

/** Two nodes of one installation, with a clock that they share. */
export type Subject = {
  readonly clock: ManualClock
  readonly limits: Limits
  readonly other: Limits
  readonly end: () => Promise<void>
}

type Settings = Partial<LimitSettings>

/** One process without Redis: both nodes are the same. */
export async function inMemory(settings: Settings = {}): Promise<Subject> {
  const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
  const limits = createLimits({ settings: { ...defaults, ...settings }, clock, secret })
  return { clock, limits, other: limits, end: async () => {} }
}

/** Two workers of one machine, and the process that keeps and counts for both. */
export async function linked(settings: Settings = {}): Promise<Subject> {
  const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
  const kept = { store: createMemoryKv({ clock, maxEntries: 50_000 }), count: keepCounts() }
  const worker = () =>
    createLimits({ settings: { ...defaults, ...settings }, clock, secret, linked: kept })
  return { clock, limits: worker(), other: worker(), end: async () => {} }
}

export async function overRedis(settings: Settings = {}) {
  const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
  const server = await startRedis()
  const node = () => createRedisKv({ url: server.url, prefix: 'test:', onError: () => {} })
  const [redis, second] = [await node(), await node()]
  const on = (kv: RedisKv) =>
    createLimits({ settings: { ...defaults, ...settings }, clock, secret, redis: kv })
  return {
    clock,
    server,
    redis,
    limits: on(redis),
    other: on(second),
    leave: async () => {
      await redis.close()
      await second.close()
    },
    end: async () => {
      await redis.close()
      await second.close()
      await server.stop()
    },
  }
}

/** Runs a task so many times at once, by turns on both nodes. */
export function parallel<T>(
  { limits, other }: Subject,
  times: number,
  task: (node: Limits) => Promise<T>,
): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, i) => task(i % 2 === 0 ? limits : other)))
}
