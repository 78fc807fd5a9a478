import type { Clock } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { Kv } from '../../kv/index.ts'
import type { Subject, SubjectKey } from '../decision/subject.ts'
import { isSubjectKey, sortGrants, subjectText } from '../decision/subject.ts'
import type { Ageing, Moment } from './ageing.ts'
import type { Feed } from './feed.ts'
import { memory } from './feed.ts'
import type { Reading } from './reading.ts'
import { isTrueNow } from './reading.ts'
import { createSharedStandings } from './shared-standings.ts'
import { selectStanding } from './store.ts'

/** Where an answer came from, for the metrics. */
export type CacheEvent = 'hit' | 'shared' | 'miss' | 'stale'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly kv: Kv
  readonly sharedKey?: Buffer | undefined
  readonly ageing: Ageing
  readonly feed: Feed
  readonly count: (event: CacheEvent) => void
}

/** Somebody takes about 2 KiB. */
const maxSubjects = 100_000

type Found = {
  readonly subject: Subject
  /** Another process has read it, at a time that only the looks for changes can judge. */
  readonly shared: boolean
}

type Known = {
  readonly tick: number
  readonly readAt: Moment
  readonly found: Promise<Found | undefined>
}

const nobody: Reading<undefined> = { value: undefined, holds: () => true }

/** Those who are asked about, as they are. */
export function createSubjects(needs: Needs) {
  const { db, kv, clock, sharedKey, ageing, feed, count } = needs
  const known = new Map<string, Known>()
  const others = sharedKey && createSharedStandings({ kv, clock, key: sharedKey })

  const read = async (key: SubjectKey): Promise<Found | undefined> => {
    const theirs = await others?.get(key)
    if (theirs !== undefined && feed.sharedHolds(theirs.standing, theirs.horizon)) {
      count('shared')
      return { subject: sortGrants(theirs.standing), shared: true }
    }
    count('miss')
    const mine = await selectStanding(db, key)
    if (mine === undefined) return undefined
    others?.put(mine)
    return { subject: sortGrants(mine.standing), shared: false }
  }
  const readAnew = (key: SubjectKey, name: string): Known => {
    const made: Known = { tick: feed.tick(), readAt: ageing.now(), found: read(key) }
    known.delete(name)
    const oldest = known.size >= maxSubjects ? known.keys().next().value : undefined
    if (oldest !== undefined) known.delete(oldest)
    known.set(name, made)
    const forget = () => {
      if (known.get(name) === made) known.delete(name)
    }
    // Nobody is not remembered: who is created now is known at once.
    made.found.then((found) => found ?? forget(), forget)
    return made
  }
  const unchanged = ({ tick, readAt }: Known, { subject }: Found) =>
    ageing.since(readAt) < memory / 2 && feed.standingHolds(subject.standing, tick)
  const remembered = async (name: string): Promise<Known | undefined> => {
    const mine = known.get(name)
    const found = await mine?.found
    if (mine === undefined || found === undefined) return undefined
    const sound = unchanged(mine, found)
    count(sound ? 'hit' : 'stale')
    if (sound) return mine
    const newer = known.get(name)
    return newer === mine ? undefined : newer
  }
  const find = async (key: SubjectKey): Promise<Reading<Subject | undefined>> => {
    if (!isSubjectKey(key)) return nobody
    const name = subjectText(key)
    const entry = (await remembered(name)) ?? readAnew(key, name)
    const found = await entry.found
    if (found === undefined) return nobody
    const age = () => (found.shared ? Number.POSITIVE_INFINITY : ageing.since(entry.readAt))
    return { value: found.subject, holds: () => isTrueNow(feed, age(), unchanged(entry, found)) }
  }
  return { find, stats: () => ({ subjects: known.size }) }
}
