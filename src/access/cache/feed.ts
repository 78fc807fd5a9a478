import { dbFailures } from '../../db/index.ts'
import type { Standing } from '../decision/subject.ts'
import { subjectText } from '../decision/subject.ts'
import type { Ageing, Moment } from './ageing.ts'
import { never } from './ageing.ts'

/** What changed, in words of the table `access_changes`. */
export type Change = {
  readonly kind: 'model' | 'user' | 'client' | 'group' | 'all'
  /** The id of the user, client or group. */
  readonly subject: string
  /** The transaction that changed it. */
  readonly xid: number
}

export type Changes = {
  /** What could be seen, for the next look. */
  readonly snapshot: string
  /** No transaction from this one on could be seen. */
  readonly ceiling: number
  readonly changes: readonly Change[]
  /** There were too many to tell one by one. */
  readonly tooMany: boolean
}

type Needs = {
  readonly ageing: Ageing
  /** What can be seen now and could not be seen in a snapshot; nothing when there is none. */
  readonly read: (since: string | null) => Promise<Changes>
}

/** Milliseconds between two looks. Well below the second in which every node must know of a change. */
const lookEvery = 500
/** Milliseconds after which what is remembered may not be used without a look. */
export const maxAge = 1000
/** Milliseconds for which changes are remembered; whatever was read before that is read anew. */
export const memory = 600_000
const maxTries = 3

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

export function createFeed({ ageing, read }: Needs): Feed {
  const known = createKnown(ageing)
  let snapshot: string | null = null
  let lookedAt = never
  let due = true
  let looking: Promise<void> | undefined

  const age = () => ageing.since(lookedAt)
  const lookNow = async () => {
    const startedAt = ageing.now()
    due = false
    try {
      // After a long silence changes may have been swept away before this process could see them.
      const found = await read(age() < memory ? snapshot : null)
      known.add(found, startedAt, age() >= memory)
      snapshot = found.snapshot
      lookedAt = startedAt
    } catch (error) {
      due = true
      throw error
    }
  }
  const look = async () => {
    // A look that took long is old when it is done.
    for (let tries = 0; tries < maxTries; tries += 1) {
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
      if (age() < maxAge) return
    }
    throw dbFailures.unavailable()
  }
  return {
    look,
    lookSoon() {
      due = true
    },
    age,
    ...known.judgements,
  }
}

type Last = { readonly xid: number; readonly tick: number; readonly at: Moment }

/** The changes of the last minutes, and what they mean for what was read. */
function createKnown(ageing: Ageing) {
  const last = new Map<string, Last>()
  let tick = 0
  let modelTick = 0
  let allTick = 0
  /** Of changes in transactions before this one nothing is remembered. */
  let floor = Number.POSITIVE_INFINITY

  const note = ({ kind, subject, xid }: Change, at: Moment) => {
    if (kind === 'model') {
      modelTick = tick
      return
    }
    const key = `${kind}:${subject}`
    const before = last.get(key)
    last.delete(key)
    last.set(key, { xid: Math.max(xid, before?.xid ?? 0), tick, at })
  }
  const forgetAll = (ceiling: number) => {
    last.clear()
    modelTick = tick
    allTick = tick
    floor = ceiling
  }
  /** The oldest are first, because what is noted anew moves to the end. */
  const forgetOld = () => {
    for (const [key, { at, xid }] of last) {
      if (ageing.since(at) < memory) return
      last.delete(key)
      floor = Math.max(floor, xid + 1)
    }
  }
  const keysOf = ({ key, groups }: Standing) => [
    subjectText(key),
    'all:',
    ...groups.map((id) => `group:${id}`),
  ]
  return {
    add({ changes, ceiling, tooMany }: Changes, at: Moment, afterSilence: boolean) {
      tick += 1
      if (afterSilence || tooMany) forgetAll(ceiling)
      else for (const change of changes) note(change, at)
      forgetOld()
    },
    judgements: {
      tick: () => tick,
      modelHolds: (from) => modelTick <= from,
      standingHolds: (standing, from) =>
        allTick <= from && keysOf(standing).every((key) => (last.get(key)?.tick ?? 0) <= from),
      sharedHolds: (standing, from) =>
        from >= floor && keysOf(standing).every((key) => (last.get(key)?.xid ?? -1) < from),
    } satisfies Partial<Feed>,
  }
}
