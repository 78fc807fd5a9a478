/** The only source of time. Everything that needs "now" takes a `Clock`; nothing else reads the ambient one. */
export type Clock = { readonly now: () => Date }

export const systemClock: Clock = { now: () => new Date() }

/** A clock for tests and simulations that moves only when told to. */
export type ManualClock = Clock & { readonly advance: (seconds: number) => void }

export function manualClock(start: Date): ManualClock {
  let millis = start.getTime()
  return {
    now: () => new Date(millis),
    advance: (seconds) => {
      millis += seconds * 1000
    },
  }
}

/** `at` plus a number of seconds (negative to go back). */
export function addSeconds(at: Date, seconds: number): Date {
  return new Date(at.getTime() + seconds * 1000)
}

/** Whole seconds since 1970-01-01T00:00:00Z: the NumericDate of RFC 7519 section 2. */
export function numericDate(at: Date): number {
  return Math.floor(at.getTime() / 1000)
}

/** A monotonic reading in milliseconds, for measuring how long something took. */
export function stopwatch(): () => number {
  const start = performance.now()
  return () => performance.now() - start
}
