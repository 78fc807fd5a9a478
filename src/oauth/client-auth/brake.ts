import type { Clock } from '../../base/index.ts'
import { addSeconds } from '../../base/index.ts'
import type { Limits, Verdict } from '../../limits/index.ts'
import { addressKey, limitFailures } from '../../limits/index.ts'

/** Slows down whoever guesses the secret of a client, and asks nothing of a client that does not fail. */
export type Brake = {
  /** Throws 429 while a client failed too often from an address. */
  readonly check: (clientId: string, ip: string) => void
  readonly failed: (clientId: string, ip: string) => Promise<void>
}

type Refusal = { readonly until: Date; readonly verdict: Verdict }

/** Entries beyond this many are forgotten, the oldest first; the counters still know them. */
const most = 10_000

/** What was refused is remembered here, so that a request that succeeds costs no look at the counters. */
export function createBrake(needs: { readonly limits: Limits; readonly clock: Clock }): Brake {
  const refused = new Map<string, Refusal>()
  const keyOf = (clientId: string, ip: string) => `${addressKey(ip)} ${clientId.slice(0, 256)}`
  return {
    check(clientId, ip) {
      if (refused.size === 0) return
      const key = keyOf(clientId, ip)
      const refusal = refused.get(key)
      if (refusal === undefined) return
      if (needs.clock.now() < refusal.until) throw limitFailures.too_many([refusal.verdict])
      refused.delete(key)
    },
    async failed(clientId, ip) {
      const verdict = await needs.limits.consume('client', { client: clientId, ip })
      if (verdict.allowed && verdict.remaining > 0) return
      const oldest = refused.size < most ? undefined : refused.keys().next().value
      if (oldest !== undefined) refused.delete(oldest)
      const retryAfter = Math.max(1, verdict.resetSeconds)
      const until = addSeconds(needs.clock.now(), retryAfter)
      const told = { ...verdict, allowed: false, remaining: 0, retryAfter }
      refused.set(keyOf(clientId, ip), { until, verdict: told })
    },
  }
}
