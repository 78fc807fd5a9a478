import { failures } from '../base/index.ts'

/**
 * Short-lived facts that every node of an installation must agree on.
 *
 * Nothing in it lasts: an entry may vanish before its time (a restart, an eviction, a lost Redis),
 * and nobody may lose an account, a session, a grant or a role by that.
 * Every call rejects with `kvFailures.unavailable` when the state cannot be reached.
 * Lifetimes are positive numbers of seconds, fractions included.
 */
export type Kv = {
  readonly get: (key: string) => Promise<string | undefined>
  readonly set: (key: string, value: string, ttlSeconds: number) => Promise<void>
  /** Sets the key only where it is absent: true for exactly one of many callers. */
  readonly add: (key: string, value: string, ttlSeconds: number) => Promise<boolean>
  /** Gets and deletes in one step: exactly one of many callers gets the value. */
  readonly take: (key: string) => Promise<string | undefined>
  readonly delete: (key: string) => Promise<void>
  /** Sets the key only while it holds `expected`; true when it did. An absent key never matches. */
  readonly replace: (...args: ReplaceArguments) => Promise<boolean>
  /** Tells every current subscriber of every node, at most once; delivery is not guaranteed. */
  readonly publish: (channel: string, message: string) => Promise<void>
  /** Resolves once messages arrive; the result ends the subscription. A listener must not throw. */
  readonly subscribe: (channel: string, listener: Listener) => Promise<() => Promise<void>>
  /** Rejects when a request would not be served. */
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

export type Listener = (message: string) => void

export type ReplaceArguments = [key: string, value: string, ttlSeconds: number, expected: string]

const catalogue = failures({
  unavailable: ['temporarily_unavailable', 503, 'The server is busy; please try again.'],
})

export const kvFailures = {
  unavailable: (cause?: unknown) => catalogue.unavailable({ retryAfter: 2, cause }),
}

/** A lifetime in whole milliseconds; refuses what Redis would refuse or keep for ever. */
export function lifetimeMillis(ttlSeconds: number): number {
  if (!Number.isFinite(ttlSeconds) || ttlSeconds <= 0) {
    throw new RangeError(`a lifetime must be a positive number of seconds, not ${ttlSeconds}`)
  }
  return Math.ceil(ttlSeconds * 1000)
}
