import type { Clock } from '../../base/index.ts'
import type { Standing } from '../decision/subject.ts'
import { subjectText } from '../decision/subject.ts'

/** What changed, in words of the table `access_changes`. */
export type Change = {
  readonly id: number
  readonly kind: 'model' | 'user' | 'client' | 'group' | 'all'
  /** The id of the user, client or group. */
  readonly subject: string
  /** The transaction that changed it. */
  readonly xid: number
}

export type Changes = { readonly horizon: number; readonly changes: readonly Change[] }

type Needs = {
  readonly clock: Clock
  readonly read: (since: string | null) => Promise<Changes>
}

/** Milliseconds between two looks. Well below the second in which every node must know of a change. */
const lookEvery = 500
/** Milliseconds after which what is remembered may not be used without a look. */
const maxAge = 1000
/** Milliseconds for which changes are remembered; whatever was read before that is read anew. */
export const memory = 600_000

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
  /** Counts the looks that found something: what is read from now on shows all that was found so far. */
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

type Last = { readonly xid: number; readonly tick: number; readonly at: number }

export function createFeed({ clock, read }: Needs): Feed {
  const last = new Map<string, Last>()
  const seen = new Map<number, number>()
  let begun: number | undefined
  let horizon: number | undefined
  let tick = 0
  let lookedAt = Number.NEGATIVE_INFINITY
  let due = true
  let looking: Promise<void> | undefined

  const note = ({ id, kind, subject, xid }: Change, at: number) => {
    // A transaction that stays open holds the horizon back, and its neighbours are told again.
    if (seen.has(id)) return
    seen.set(id, at)
    const key = `${kind}:${subject}`
    const known = last.get(key)
    last.delete(key)
    last.set(key, { xid: Math.max(xid, known?.xid ?? 0), tick, at })
  }
  const lookNow = async () => {
    const startedAt = clock.now().getTime()
    due = false
    try {
      const found = await read(horizon === undefined ? null : String(horizon))
      tick += 1
      for (const change of found.changes) note(change, startedAt)
      begun ??= found.horizon
      horizon = found.horizon
      lookedAt = startedAt
      forgetBefore(last, startedAt - memory, ({ at }) => at)
      forgetBefore(seen, startedAt - memory, (at) => at)
    } catch (error) {
      due = true
      throw error
    }
  }
  const age = () => Math.abs(clock.now().getTime() - lookedAt)
  const keysOf = ({ key, groups }: Standing) => [
    subjectText(key),
    'all:',
    ...groups.map((id) => `group:${id}`),
  ]

  return {
    async look() {
      // Who comes during a look waits for it; what was announced meanwhile needs another one.
      if (looking !== undefined) await settled(looking)
      if (!due && age() < lookEvery) return
      looking ??= lookNow().finally(() => {
        looking = undefined
      })
      try {
        await looking
      } catch (error) {
        if (age() >= maxAge) throw error
      }
    },
    lookSoon() {
      due = true
    },
    tick: () => tick,
    modelHolds: (from) => (last.get('model:')?.tick ?? 0) <= from,
    standingHolds: (standing, from) =>
      keysOf(standing).every((key) => (last.get(key)?.tick ?? 0) <= from),
    sharedHolds: (standing, from) =>
      from >= (begun ?? Number.POSITIVE_INFINITY) &&
      keysOf(standing).every((key) => (last.get(key)?.xid ?? -1) < from),
    age,
  }
}

function settled(work: Promise<void>): Promise<void> {
  return work.catch(() => {})
}

/** The oldest are first, because what is noted anew moves to the end. */
function forgetBefore<K, V>(map: Map<K, V>, before: number, atOf: (value: V) => number): void {
  for (const [key, value] of map) {
    if (atOf(value) >= before) return
    map.delete(key)
  }
}
