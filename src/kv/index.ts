/**
 * kv: soft state with a lifetime, and messages between nodes.
 * Owns the entries in memory, here or in another process, or, under its prefix, in Redis. Promises that `add`, `take` and
 * `replace` have exactly one winner among any number of callers, and one failure when unreachable.
 * Never keeps anything whose loss would matter; that belongs in the database.
 */
export type { Kv, Listener } from './kv.ts'
export { kvFailures } from './kv.ts'
export type { KvAnswers, KvCall, KvLink, KvReply } from './linked.ts'
export { answerLinkedKv, createLinkedKv } from './linked.ts'
export { createMemoryKv } from './memory.ts'
export type { RedisConnection, RedisKv, RedisOptions } from './redis.ts'
export { createRedisKv } from './redis.ts'
export { createHearsay, createShortMemory, hearOf } from './short-memory.ts'
