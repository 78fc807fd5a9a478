import type { LimitName } from './limit-table.ts'

/** What a limit says about one try. Times are whole seconds. */
export type Verdict = {
  readonly name: LimitName
  readonly allowed: boolean
  /** How many tries a window holds; infinite when limits are switched off. */
  readonly limit: number
  readonly remaining: number
  readonly resetSeconds: number
  readonly windowSeconds: number
  /** 0 when allowed. */
  readonly retryAfter: number
}

/** The verdict where limits are switched off. */
export function unlimited(name: LimitName): Verdict {
  const none = { resetSeconds: 0, windowSeconds: 0, retryAfter: 0 }
  return { name, allowed: true, limit: Infinity, remaining: Infinity, ...none }
}

/**
 * The headers of draft-ietf-httpapi-ratelimit-headers, both lists of RFC 9651, the tightest limit
 * first; and `Retry-After` when one of them refuses. Nothing for limits that are switched off.
 */
export function rateHeaders(verdicts: readonly Verdict[]): Readonly<Record<string, string>> {
  const limited = verdicts.filter(({ limit }) => Number.isFinite(limit)).sort(byTightness)
  if (limited.length === 0) return {}
  const list = (item: (verdict: Verdict) => string) => limited.map(item).join(', ')
  const retryAfter = longestWait(limited)
  return {
    'ratelimit-policy': list((v) => `"${v.name}";q=${v.limit};w=${v.windowSeconds}`),
    ratelimit: list((v) => `"${v.name}";r=${v.remaining};t=${v.resetSeconds}`),
    ...(retryAfter > 0 && { 'retry-after': String(retryAfter) }),
  }
}

/** Until every limit that refuses would allow another try. */
export function longestWait(verdicts: readonly Verdict[]): number {
  return Math.max(0, ...verdicts.map(({ retryAfter }) => retryAfter))
}

function byTightness(a: Verdict, b: Verdict): number {
  if (a.allowed !== b.allowed) return a.allowed ? 1 : -1
  return a.remaining - b.remaining || b.resetSeconds - a.resetSeconds
}
