import { setTimeout as sleep } from 'node:timers/promises'
import { stopwatch } from '../base/index.ts'

/** Rows of one table that have served their time. */
export type Sweep = {
  readonly table: string
  /** Deletes up to `limit` of them in one short transaction. */
  readonly remove: (limit: number) => Promise<Batch>
}

/** How many rows went, and how long that took, without the wait for a connection. */
export type Batch = { readonly rows: number; readonly ms: number }

type Needs = {
  readonly sweeps: readonly Sweep[]
  /** The most rows of a batch. */
  readonly mostRows: number
  /** Whether requests wait for a connection. */
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

/** What a batch should take, in milliseconds, and how much of the time belongs to sweeping. */
const calm = { batchMs: 50, share: 0.15, runMs: 20_000 }
/** The same while requests wait: less, but never nothing, or the tables of a busy server would grow without end. */
const crowded = { batchMs: 15, share: 0.08, runMs: 5000 }
const leastRows = 10
const firstRows = 100
const longestPauseMs = 5000

/**
 * Makes a run that takes the tables in turns, a batch of each: one that is slow or fails keeps no other waiting for
 * longer than its batch. How many rows a batch has and how long it is rested after it follow from how long it took
 * and from whether requests wait. The run tells `again` when there is more to do than it may, for it holds a
 * connection; it ends early when it is told to.
 */
export function createSweeper(needs: Needs): (end: AbortSignal) => Promise<'done' | 'again'> {
  const { sweeps, mostRows, busy } = needs
  const time = needs.time ?? realTime
  /** Rows that take a millisecond, by table. */
  const speeds = new Map<string, number>()

  const batch = async (sweep: Sweep, end: AbortSignal): Promise<'full' | 'empty' | 'failed'> => {
    const { batchMs, share } = busy() ? crowded : calm
    const speed = speeds.get(sweep.table) ?? firstRows / calm.batchMs
    const size = Math.max(leastRows, Math.min(mostRows, Math.round(speed * batchMs)))
    const elapsed = time.stopwatch()
    const done = await removeBatch(needs, sweep, size)
    const { rows, ms } = done ?? { rows: undefined, ms: elapsed() }
    if (rows === undefined) speeds.set(sweep.table, speed / 2)
    // An unfilled batch says little of a full one, unless it was slow.
    else if (rows >= size || ms > batchMs) speeds.set(sweep.table, nextSpeed(speed, rows / ms))
    // To look and find nothing costs nobody anything.
    if (rows !== 0 || ms > batchMs) {
      await time.pause(Math.min(longestPauseMs, ms * (1 / share - 1)), end)
    }
    if (rows === undefined) return 'failed'
    return rows >= size ? 'full' : 'empty'
  }

  return async (end) => {
    const elapsed = time.stopwatch()
    let open = sweeps
    while (open.length > 0) {
      const full: Sweep[] = []
      for (const sweep of open) {
        if (end.aborted) return 'done'
        if ((await batch(sweep, end)) === 'full') full.push(sweep)
      }
      open = full
      const { runMs } = busy() ? crowded : calm
      if (open.length > 0 && elapsed() > runMs) return 'again'
    }
    return 'done'
  }
}

/** At most twice as fast as was believed before, at least half as fast. */
function nextSpeed(believed: number, measured: number): number {
  return Math.min(believed * 2, Math.max(believed / 2, measured))
}

/** Undefined when it failed, which is told and is no reason to leave the other tables alone. */
async function removeBatch(needs: Needs, sweep: Sweep, size: number): Promise<Batch | undefined> {
  const { table, remove } = sweep
  try {
    const done = await remove(size)
    needs.onSwept?.(table, done.rows)
    // Never nothing, for it is divided by.
    return { rows: done.rows, ms: Math.max(done.ms, 0.1) }
  } catch (err) {
    needs.log.error({ err, table }, 'expired rows could not be deleted')
    needs.onFailed?.(table)
    return undefined
  }
}

const realTime: SweepTime = {
  stopwatch,
  pause: async (ms, signal) => {
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined)
  },
}
