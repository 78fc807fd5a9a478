import type { RedisKv } from '../kv/index.ts'
import type { Stuffing } from './attempts/stuffing.ts'
import { type Counter, createCounter } from './counter.ts'
import { limitFailures } from './failures.ts'
import { type CountLink, linkedCounter } from './kept-counts.ts'
import {
  countedParts,
  type LimitCheck,
  type LimitName,
  type LimitPoints,
  limitTable,
} from './limit-table.ts'
import type { DigestKey } from './state/digest-key.ts'
import { rateHeaders, unlimited, type Verdict } from './verdict.ts'

type Needs = {
  readonly settings: LimitPoints & { readonly enabled: boolean }
  readonly digest: DigestKey
  readonly stuffing: Pick<Stuffing, 'isSuspicious'>
  readonly redis: RedisKv | undefined
  readonly link: CountLink | undefined
}

/** Any key of the table; the exported type of each limit is narrower. */
type Key = Parameters<typeof countedParts>[1]

/** A suspicious network has this part of the logins. */
const suspicionFactor = 10

/** The limits of the table, asked by name. */
export function createCounts(needs: Needs) {
  const ask = createAsk(needs)
  return {
    consume: (name: LimitName, key: Key) => ask('add', name, key),
    peek: (name: LimitName, key: Key) => ask('read', name, key),
    admit: async (...checks: readonly LimitCheck[]) => {
      const verdicts: Verdict[] = []
      for (const [name, key] of checks) {
        const verdict = await ask('add', name, key)
        verdicts.push(verdict)
        if (!verdict.allowed) throw limitFailures.too_many(verdicts)
      }
      return rateHeaders(verdicts)
    },
  }
}

function createAsk({ settings, digest, stuffing, ...where }: Needs) {
  const counters = openCounters(settings, where)
  const weightOf = async (name: LimitName, { ip = '' }: Key, limit: number) => {
    const slow = name === 'login' && (await stuffing.isSuspicious(ip))
    return slow ? Math.min(suspicionFactor, limit) : 1
  }
  return async (how: keyof Counter, name: LimitName, key: Key): Promise<Verdict> => {
    if (!settings.enabled) return unlimited(name)
    const { points, seconds } = limitTable[name]
    const limit = settings[points]
    const weight = await weightOf(name, key, limit)
    const whose = digest(name, ...countedParts(name, key))
    const { used, resetSeconds } = await counters[name][how](whose, weight)
    const allowed = (how === 'read' ? used + weight : used) <= limit
    return {
      name,
      allowed,
      limit: Math.floor(limit / weight),
      remaining: Math.max(0, Math.floor((limit - used) / weight)),
      resetSeconds,
      windowSeconds: seconds,
      retryAfter: allowed ? 0 : resetSeconds,
    }
  }
}

function openCounters(
  settings: LimitPoints,
  { redis, link }: Pick<Needs, 'redis' | 'link'>,
): Readonly<Record<LimitName, Counter>> {
  const open = (name: LimitName) => {
    if (link !== undefined) return linkedCounter(link, name)
    const { points, seconds } = limitTable[name]
    return createCounter({ name, points: settings[points], seconds }, redis?.connection)
  }
  return {
    login: open('login'),
    public: open('public'),
    recovery: open('recovery'),
    global: open('global'),
    client: open('client'),
    factor: open('factor'),
    mail: open('mail'),
  }
}
