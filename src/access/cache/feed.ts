import type { Clock } from '../../base/index.ts'
import type { Standing } from '../decision/subject.ts'
import type { Change } from './known-changes.ts'
import { createKnownChanges } from './known-changes.ts'

/** What was found, and the horizon: every transaction before it had ended. */
export type Changes = { readonly horizon: number; readonly changes: readonly Change[] }

type Needs = {
  readonly clock: Clock
  /** Reads what changed in transactions since a horizon. */
  readonly read: (since: string | null) => Promise<Changes>
}

/** Milliseconds between two looks. Well below the second in which every node must know of a change. */
const lookEvery = 500
/** Milliseconds after which what is remembered may not be used without a look. */
const maxAge = 1000

/**
 * What this process knows of changes. A change is found by looking once its transaction is committed, so
 * what is read after that look shows it. What somebody else read is judged by the transactions that had
 * ended when they read it.
 */
export type Feed = {
  /** Looks for changes unless it did so a moment ago; fails when it could not for a second. */
  readonly look: () => Promise<void>
  /** Looks at the next question: a change was announced. */
  readonly lookSoon: () => void
  /** Counts the looks: what is read from now on shows all that was found so far. */
  readonly tick: () => number
  /** Whether what was read from a tick on still shows all roles as they are. */
  readonly modelHolds: (tick: number) => boolean
  /** The same of what was read of somebody. */
  readonly standingHolds: (standing: Standing, tick: number) => boolean
  /** The same of what another process read when all transactions before `horizon` had ended. */
  readonly sharedHolds: (standing: Standing, horizon: number) => boolean
  /** Milliseconds since the last look. */
  readonly age: () => number
}

export function createFeed(needs: Needs): Feed {
  const known = createKnownChanges()
  const looks = createLooks(needs, (changes, tick, now) => known.note(changes, tick, now))
  const { look, lookSoon, age, tick } = looks
  return {
    look,
    lookSoon,
    age,
    tick,
    modelHolds: (from) => known.ofRoles().tick <= from,
    standingHolds: (standing, from) => known.of(standing).tick <= from,
    sharedHolds: (standing, from) => from >= looks.begun() && known.of(standing).xid < from,
  }
}

type Found = (changes: readonly Change[], tick: number, now: number) => void

/** When to look, and how far the last look reached. */
function createLooks({ clock, read }: Needs, found: Found) {
  let begun = Number.POSITIVE_INFINITY
  let horizon: number | undefined
  let tick = 0
  let lookedAt = Number.NEGATIVE_INFINITY
  let due = true
  let looking: Promise<void> | undefined

  const age = () => Math.abs(clock.now().getTime() - lookedAt)
  const lookNow = async () => {
    const startedAt = clock.now().getTime()
    due = false
    try {
      const answer = await read(horizon === undefined ? null : String(horizon))
      tick += 1
      found(answer.changes, tick, startedAt)
      begun = Math.min(begun, answer.horizon)
      horizon = answer.horizon
      lookedAt = startedAt
    } catch (error) {
      due = true
      throw error
    }
  }
  const look = async (): Promise<void> => {
    // Who comes during a look waits for it; what was announced meanwhile needs another one.
    if (looking !== undefined) await looking.catch(() => {})
    if (!due && age() < lookEvery) return
    looking ??= lookNow().finally(() => {
      looking = undefined
    })
    try {
      await looking
    } catch (error) {
      if (age() >= maxAge) throw error
    }
  }
  const lookSoon = () => {
    due = true
  }
  return { look, lookSoon, tick: () => tick, begun: () => begun, age }
}
