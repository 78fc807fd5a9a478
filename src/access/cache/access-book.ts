import type { Clock } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { Kv } from '../../kv/index.ts'
import type { Decision, Question } from '../decision/can.ts'
import { can } from '../decision/can.ts'
import type { Subject, SubjectKey } from '../decision/subject.ts'
import { sortGrants, subjectText } from '../decision/subject.ts'
import type { Model } from '../model/compile.ts'
import { compileModel } from '../model/compile.ts'
import type { Feed } from './feed.ts'
import { createFeed } from './feed.ts'
import { memory } from './known-changes.ts'
import { createSharedStandings } from './shared-standings.ts'
import { selectChanges, selectModel, selectStanding } from './store.ts'

/** Where an answer came from, for the metrics. */
export type CacheEvent = 'hit' | 'shared' | 'miss' | 'stale'

export type AccessBook = {
  readonly decide: (key: SubjectKey, question: Question) => Promise<Decision>
  /** All roles as they are now. */
  readonly model: () => Promise<Model>
  /** What is known of somebody now; undefined for nobody. */
  readonly subject: (key: SubjectKey) => Promise<Subject | undefined>
  /** Tells every process that something changed; call it after the commit. Losing it costs half a second. */
  readonly changed: () => void
  readonly stats: () => { subjects: number; roles: number; sets: number; ageSeconds: number }
  readonly close: () => Promise<void>
}

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly kv: Kv
  /** Whether the soft state is shared with other processes: then what was read is shared too. */
  readonly shared: boolean
  readonly count?: (event: CacheEvent) => void
}

const channel = 'access'
const maxSubjects = 100_000

type Known = {
  readonly tick: number
  readonly readAt: number
  readonly subject: Promise<Subject | undefined>
}

/** What decisions stand on, remembered in this process and, where there is Redis, among all. */
export function createAccessBook(needs: Needs): AccessBook {
  const { db, clock, kv, count = () => {} } = needs
  const feed = createFeed({ clock, read: (since) => selectChanges(db, since) })
  const subscription = subscribe(kv, feed)
  const subjects = createSubjects(needs, feed, count)
  const model = createModelReader(db, feed)
  return {
    async decide(key, question) {
      await feed.look()
      const [current, subject] = await Promise.all([model.current(), subjects.find(key)])
      return can(current, subject, question, clock.now().getTime())
    },
    async model() {
      await feed.look()
      return model.current()
    },
    async subject(key) {
      await feed.look()
      return subjects.find(key)
    },
    changed() {
      feed.lookSoon()
      // Nobody waits for it: who is not told finds out by looking.
      kv.publish(channel, '').catch(() => {})
    },
    stats: () => ({ ...subjects.stats(), ...model.stats(), ageSeconds: feed.age() / 1000 }),
    close: async () => (await subscription)(),
  }
}

async function subscribe(kv: Kv, feed: Feed): Promise<() => Promise<void>> {
  try {
    return await kv.subscribe(channel, () => feed.lookSoon())
  } catch {
    // Without the announcements changes are found by looking, half a second later.
    return async () => {}
  }
}

/** One reading serves all who ask at the same time, unless a change is found meanwhile. */
function createModelReader(db: Db, feed: Feed) {
  let known: { readonly tick: number; readonly model: Promise<Model> } | undefined
  let sizes = { roles: 0, sets: 0 }
  const read = async () => {
    const model = compileModel(await selectModel(db))
    sizes = model.size()
    return model
  }
  const current = (): Promise<Model> => {
    if (known !== undefined && feed.modelHolds(known.tick)) return known.model
    const made = { tick: feed.tick(), model: read() }
    known = made
    made.model.catch(() => {
      if (known === made) known = undefined
    })
    return made.model
  }
  return { current, stats: () => sizes }
}

function createSubjects(needs: Needs, feed: Feed, count: (event: CacheEvent) => void) {
  const { db, clock, kv, shared } = needs
  const known = new Map<string, Known>()
  const others = shared ? createSharedStandings({ kv, clock }) : undefined

  const read = async (key: SubjectKey): Promise<Subject | undefined> => {
    const theirs = await others?.get(key)
    if (theirs !== undefined && feed.sharedHolds(theirs.standing, theirs.horizon)) {
      count('shared')
      return sortGrants(theirs.standing)
    }
    count('miss')
    const found = await selectStanding(db, key)
    if (found !== undefined) others?.put(found)
    return found && sortGrants(found.standing)
  }
  const readAnew = (key: SubjectKey, name: string): Promise<Subject | undefined> => {
    const made: Known = { tick: feed.tick(), readAt: clock.now().getTime(), subject: read(key) }
    const oldest = known.size >= maxSubjects ? known.keys().next().value : undefined
    if (oldest !== undefined) known.delete(oldest)
    known.set(name, made)
    const forget = () => {
      if (known.get(name) === made) known.delete(name)
    }
    // Nobody is not remembered: who is created now is known at once.
    made.subject.then((subject) => subject ?? forget(), forget)
    return made.subject
  }
  const find = async (key: SubjectKey): Promise<Subject | undefined> => {
    const name = subjectText(key)
    const mine = known.get(name)
    if (mine === undefined) return readAnew(key, name)
    const subject = await mine.subject
    const young = Math.abs(clock.now().getTime() - mine.readAt) < memory / 2
    if (subject !== undefined && young && feed.standingHolds(subject.standing, mine.tick)) {
      count('hit')
      return subject
    }
    count('stale')
    const newer = known.get(name)
    return newer === undefined || newer === mine ? readAnew(key, name) : find(key)
  }
  return { find, stats: () => ({ subjects: known.size }) }
}
