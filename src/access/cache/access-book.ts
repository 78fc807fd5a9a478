import type { Clock } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import { dbFailures } from '../../db/index.ts'
import type { Kv } from '../../kv/index.ts'
import { hearOf } from '../../kv/index.ts'
import type { Decision, Question } from '../decision/can.ts'
import { can } from '../decision/can.ts'
import type { Subject, SubjectKey } from '../decision/subject.ts'
import type { Model } from '../model/compile.ts'
import { createAgeing } from './ageing.ts'
import { createFeed } from './feed.ts'
import { createModelReader } from './model-reader.ts'
import type { Reading } from './reading.ts'
import { selectChanges } from './store.ts'
import type { CacheEvent } from './subjects.ts'
import { createSubjects } from './subjects.ts'

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
  /** The key with which what is shared with other processes is sealed; absent when nothing is shared. */
  readonly sharedKey?: Buffer | undefined
  readonly count?: (event: CacheEvent) => void
}

const channel = 'access'
const maxTries = 3

/** What decisions stand on, remembered in this process and, where there is Redis, among all. */
export function createAccessBook(needs: Needs): AccessBook {
  const { db, clock, kv, count = () => {} } = needs
  const ageing = createAgeing(clock)
  const feed = createFeed({ ageing, read: (since) => selectChanges(db, since) })
  // Without the announcements changes are found by looking, half a second later.
  const subscription = hearOf(kv, channel, () => feed.lookSoon())
  const subjects = createSubjects({ ...needs, ageing, feed, count })
  const models = createModelReader({ db, ageing, feed })
  /** What was read slowly may be old when it is there: then it is judged by another look. */
  const settle = async <T>(read: () => Promise<Reading<T>>): Promise<T> => {
    for (let tries = 0; tries < maxTries; tries += 1) {
      await feed.look()
      const { value, holds } = await read()
      if (holds()) return value
    }
    throw dbFailures.unavailable()
  }
  const both = async (key: SubjectKey) => {
    const [model, subject] = await Promise.all([models.current(), subjects.find(key)])
    const value = { model: model.value, subject: subject.value }
    return { value, holds: () => model.holds() && subject.holds() }
  }
  return {
    async decide(key, question) {
      const { model, subject } = await settle(() => both(key))
      return can(model, subject, question, clock.now().getTime())
    },
    model: () => settle(models.current),
    subject: (key) => settle(() => subjects.find(key)),
    changed() {
      feed.lookSoon()
      // Nobody waits for it: who is not told finds out by looking.
      kv.publish(channel, '').catch(() => {})
    },
    stats: () => ({ ...subjects.stats(), ...models.stats(), ageSeconds: feed.age() / 1000 }),
    close: async () => (await subscription)(),
  }
}
