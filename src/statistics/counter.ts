import type { Clock } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { Delta, Metric } from './delta.ts'
import { addUp, dayOf } from './delta.ts'
import { insertDeltas } from './store.ts'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  /** Told of what is not counted, because there is no room for more names. */
  readonly onOverflow?: (count: number) => void
}

/** Counts what is too frequent for a row each. */
export type Counter = {
  readonly count: (metric: Metric, dimension: string) => void
  /** Writes what was counted; what cannot be written is kept for the next time. */
  readonly flush: () => Promise<void>
}

const mostKeys = 10_000

export function createCounter({ db, clock, onOverflow }: Needs): Counter {
  let counted = new Map<string, Delta>()
  const add = (delta: Delta) => {
    const name = `${delta.metric} ${delta.day} ${delta.dimension}`
    const before = counted.get(name)?.delta ?? 0
    counted.set(name, { ...delta, delta: before + delta.delta })
  }
  return {
    count: (metric, dimension) => {
      const delta = { metric, dimension, day: dayOf(clock.now()), delta: 1 }
      const isNew = !counted.has(`${metric} ${delta.day} ${dimension}`)
      if (!isNew || counted.size < mostKeys) add(delta)
      else onOverflow?.(1)
    },
    flush: async () => {
      if (counted.size === 0) return
      const taken = counted
      counted = new Map()
      try {
        await insertDeltas(db, addUp([...taken.values()]))
      } catch (error) {
        for (const delta of taken.values()) add(delta)
        throw error
      }
    },
  }
}
