import { setTimeout as sleep } from 'node:timers/promises'
import type { Queries } from '../../db/index.ts'
import { drawnSeq, writersNow } from './store.ts'

export type Horizon = {
  /** The position up to which no row can appear any more. */
  readonly settled: () => Promise<number>
}

/** Most transactions end within milliseconds, so it pays to look again before the next tick. */
const pausesMs = [10, 30, 60]

/**
 * Numbers are drawn before their rows are committed, so the newest row seen says nothing about lower ones.
 * This reads the position of the sequence FIRST and who writes to the log AFTERWARDS: everybody with a
 * number up to that position has ended, or is among them. When all of these have ended, the position is
 * settled. (Snapshots do not tell: the xmax of one lies below transactions that run already.)
 */
export function createHorizon(db: Queries): Horizon {
  let settled = 0
  let waiting: { readonly seq: number; readonly writers: readonly string[] } | undefined

  /** True when nothing is left to wait for. */
  const step = async (): Promise<boolean> => {
    if (waiting === undefined) {
      const seq = await drawnSeq(db)
      // Below what was settled only after a restore of the database.
      if (seq <= settled) settled = seq
      else waiting = { seq, writers: await writersNow(db) }
    } else {
      const now = new Set(await writersNow(db))
      waiting = { ...waiting, writers: waiting.writers.filter((writer) => now.has(writer)) }
    }
    if (waiting === undefined) return true
    if (waiting.writers.length > 0) return false
    settled = waiting.seq
    waiting = undefined
    return true
  }

  return {
    settled: async () => {
      for (const pause of pausesMs) {
        if (await step()) return settled
        await sleep(pause)
      }
      await step()
      return settled
    },
  }
}
