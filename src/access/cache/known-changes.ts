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

/** When something changed last: in which transaction, and with which look it was found. */
export type LastChange = { readonly xid: number; readonly tick: number }

/** Milliseconds for which changes are remembered; whatever was read before that is read anew. */
export const memory = 600_000

/** The changes that this process has found, each counted once however often it is told. */
export type KnownChanges = {
  readonly note: (changes: readonly Change[], tick: number, now: number) => void
  readonly ofRoles: () => LastChange
  /** The last one of everything that decisions about somebody stand on. */
  readonly of: (standing: Standing) => LastChange
}

const never: LastChange = { xid: -1, tick: 0 }

export function createKnownChanges(): KnownChanges {
  const last = new Map<string, LastChange & { readonly at: number }>()
  const seen = new Map<number, number>()
  return {
    note(changes, tick, now) {
      for (const { id, kind, subject, xid } of changes) {
        // A transaction that stays open holds the horizon back, and its neighbours are told again.
        if (seen.has(id)) continue
        seen.set(id, now)
        const key = `${kind}:${subject}`
        const before = last.get(key)?.xid ?? xid
        last.delete(key)
        last.set(key, { xid: Math.max(xid, before), tick, at: now })
      }
      forgetBefore(last, now - memory, ({ at }) => at)
      forgetBefore(seen, now - memory, (at) => at)
    },
    ofRoles: () => last.get('model:') ?? never,
    of({ key, groups }) {
      let newest = later(last.get(subjectText(key)) ?? never, last.get('all:') ?? never)
      for (const id of groups) newest = later(newest, last.get(`group:${id}`) ?? never)
      return newest
    },
  }
}

function later(one: LastChange, other: LastChange): LastChange {
  return { xid: Math.max(one.xid, other.xid), tick: Math.max(one.tick, other.tick) }
}

/** The oldest are first, because what is noted anew moves to the end. */
function forgetBefore<K, V>(map: Map<K, V>, before: number, atOf: (value: V) => number): void {
  for (const [key, value] of map) {
    if (atOf(value) >= before) return
    map.delete(key)
  }
}
