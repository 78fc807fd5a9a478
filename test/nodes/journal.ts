import { performance } from 'node:perf_hooks'

/** One request through the load balancer, as its sender saw it. */
export type Outcome = {
  readonly at: number
  readonly kind: string
  /** 0 when no answer came. */
  readonly status: number
  readonly ms: number
  /** Why no answer came, or the beginning of one that is an error. */
  readonly words: string
}

/** A family of refresh tokens as its client knows it. */
export type Chain = { current: string; rotations: number; ended: boolean }

/** What the fleet has promised: whatever is here was answered with success, and must hold for ever. */
export type Journal = {
  readonly outcomes: Outcome[]
  /** When each request was sent that nobody has answered yet. */
  readonly pending: Set<number>
  readonly chains: Chain[]
  readonly users: { readonly id: string; readonly username: string }[]
  readonly consents: { readonly clientId: string }[]
  readonly spentCodes: { readonly code: string; readonly verifier: string }[]
  /** Refresh tokens that no node may accept again. */
  readonly revoked: string[]
  /** Access tokens that no node may call active later than a second after this moment. */
  readonly revokedAccess: { readonly token: string; readonly at: number }[]
  /** Cookies of sessions that were signed out of. */
  readonly endedSessions: ReadonlyMap<string, string>[]
  /** Promises that were seen broken. */
  readonly broken: string[]
}

export function newJournal(): Journal {
  return {
    outcomes: [],
    pending: new Set(),
    chains: [],
    users: [],
    consents: [],
    spentCodes: [],
    revoked: [],
    revokedAccess: [],
    endedSessions: [],
    broken: [],
  }
}

/** What went wrong since a moment, by kind of request: an answer of ours that says 503 is `unavailable`. */
export function failuresSince(journal: Journal, from: number): readonly Outcome[] {
  return journal.outcomes.filter(({ at, status }) => at >= from && (status === 0 || status >= 500))
}

/** An answer that takes longer is trouble for whoever waits for it. */
const longWait = 1500

/**
 * The last moment, at or after the given one, when a request failed or had been waited for too long; now while
 * somebody still waits too long.
 */
export function lastTrouble(journal: Journal, from: number): number {
  const now = performance.now()
  const waiting = [...journal.pending].some((at) => now - Math.max(at, from) > longWait)
  if (waiting) return now
  const ends = journal.outcomes
    .filter(({ at, ms }) => at + ms >= from)
    .filter(
      ({ status, at, ms }) =>
        status === 0 || status >= 500 || at + ms - Math.max(at, from) > longWait,
    )
    .map(({ at, ms }) => at + ms)
  return Math.max(from, ...ends)
}

export function summary(outcomes: readonly Outcome[]): string {
  const counts = new Map<string, number>()
  for (const { kind, status } of outcomes) {
    const name = `${kind} ${status === 0 ? 'no answer' : status}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts].map(([name, count]) => `${name}: ${count}`).join(', ')
}
