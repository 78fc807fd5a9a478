import { identityFailures } from '../failures.ts'

type Limits = { readonly concurrency: number; readonly queueLimit: number }

/** Runs at most `concurrency` at once, lets `queueLimit` wait in order, and refuses the rest at once. */
export type WorkQueue = {
  readonly run: <T>(work: () => Promise<T>) => Promise<T>
  /** How many wait. */
  readonly depth: () => number
}

export function createWorkQueue({ concurrency, queueLimit }: Limits): WorkQueue {
  const waiting: (() => void)[] = []
  let active = 0

  const enter = (): Promise<void> | undefined => {
    if (active < concurrency) {
      active += 1
      return undefined
    }
    if (waiting.length >= queueLimit) throw identityFailures.overloaded({ retryAfter: 1 })
    return new Promise((resolve) => {
      waiting.push(resolve)
    })
  }
  // A finished run hands its place to the first that waits, so nobody can slip in between.
  const leave = (): void => {
    const next = waiting.shift()
    if (next) next()
    else active -= 1
  }
  return {
    run: async (work) => {
      await enter()
      try {
        return await work()
      } finally {
        leave()
      }
    },
    depth: () => waiting.length,
  }
}
