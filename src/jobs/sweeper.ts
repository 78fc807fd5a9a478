import { setTimeout as sleep } from 'node:timers/promises'
import { stopwatch } from '../base/index.ts'

/** Rows of one table that have served their time. */
export type Sweep = {
  readonly table: string
  /** Deletes up to `limit` of them in one short transaction, and tells how many rows that were. */
  readonly remove: (limit: number) => Promise<number>
}

type Needs = {
  readonly sweeps: readonly Sweep[]
  /** The most rows of a batch. */
  readonly mostRows: number
  /** Whether requests wait for the database. */
  readonly busy: () => boolean
  readonly log: { readonly error: (facts: object, words: string) => void }
  readonly onSwept?: (table: string, rows: number) => void
  readonly onFailed?: (table: string) => void
  /** For tests, which have a time of their own. */
  readonly time?: SweepTime
}

export type SweepTime = {
  readonly stopwatch: () => () => number
  /** Waits so many milliseconds, or less when it is told to end. */
  readonly pause: (ms: number, end: AbortSignal) => Promise<void>
}

/** What a batch should take; as much of the time as `share` belongs to sweeping. In milliseconds. */
const batchMs = 50
const share = 0.15
/** No run holds its connection longer than that; what is left is for the next one, soon. */
const longestRunMs = 20_000
const leastRows = 10
const firstRows = 100
const longestPauseMs = 5000
/** While requests wait, a batch waits so long and is then a smallest one: they never wait for it, and it never starves. */
const calmMs = 50
const calmTries = 5

/**
 * Makes a run that takes the tables in turns, a batch of each: one that is slow or fails keeps no other waiting for
 * longer than its batch. How many rows a batch has and how long it is rested after it follow from how long it took.
 * The run tells `again` when there is more to do than it may; it ends early when it is told to.
 */
export function createSweeper(needs: Needs): (end: AbortSignal) => Promise<'done' | 'again'> {
  const { sweeps, mostRows, busy } = needs
  const time = needs.time ?? realTime
  const sizes = new Map<string, number>()

  const batch = async (sweep: Sweep, end: AbortSignal): Promise<'full' | 'empty' | 'failed'> => {
    const calm = await calmDown(busy, time, end)
    if (end.aborted) return 'empty'
    const size = Math.min(mostRows, calm ? (sizes.get(sweep.table) ?? firstRows) : leastRows)
    const elapsed = time.stopwatch()
    const gone = await removeBatch(needs, sweep, size)
    const took = elapsed()
    // An unfilled batch says little of a full one, unless it was slow.
    if (gone === undefined) sizes.set(sweep.table, Math.max(leastRows, size >> 1))
    else if (calm && (gone >= size || took > batchMs)) sizes.set(sweep.table, nextSize(size, took))
    // To look and find nothing costs nobody anything.
    if (gone !== 0 || took > batchMs) {
      await time.pause(Math.min(longestPauseMs, took * (1 / share - 1)), end)
    }
    if (gone === undefined) return 'failed'
    return gone >= size ? 'full' : 'empty'
  }

  return async (end) => {
    const elapsed = time.stopwatch()
    let open = sweeps
    while (open.length > 0 && !end.aborted) {
      const full: Sweep[] = []
      for (const sweep of open) if ((await batch(sweep, end)) === 'full') full.push(sweep)
      open = full
      // Everybody has had a turn, so the connection that holds the lock goes back when somebody needs one.
      if (open.length > 0 && (busy() || elapsed() > longestRunMs)) return 'again'
    }
    return 'done'
  }
}

/** At most twice as many as before, at least half as many. */
function nextSize(size: number, took: number): number {
  const factor = Math.min(2, Math.max(0.5, batchMs / Math.max(took, 1)))
  return Math.max(leastRows, Math.round(size * factor))
}

/** Undefined when it failed, which is told and is no reason to leave the other tables alone. */
async function removeBatch(needs: Needs, sweep: Sweep, size: number): Promise<number | undefined> {
  const { table, remove } = sweep
  try {
    const gone = await remove(size)
    needs.onSwept?.(table, gone)
    return gone
  } catch (err) {
    needs.log.error({ err, table }, 'expired rows could not be deleted')
    needs.onFailed?.(table)
    return undefined
  }
}

/** Waits a little while requests wait; false when they still do. */
async function calmDown(busy: () => boolean, time: SweepTime, end: AbortSignal): Promise<boolean> {
  for (let i = 0; i < calmTries && busy() && !end.aborted; i += 1) await time.pause(calmMs, end)
  return !busy()
}

const realTime: SweepTime = {
  stopwatch,
  pause: async (ms, signal) => {
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined)
  },
}
