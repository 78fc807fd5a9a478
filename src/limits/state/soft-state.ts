import { addSeconds, type Clock, Failure } from '../../base/index.ts'
import { createMemoryKv, type Kv, kvFailures } from '../../kv/index.ts'

/** What the module needs of the soft state. */
export type SoftState = Pick<Kv, 'get' | 'add' | 'replace' | 'delete'>

type Needs = { readonly clock: Clock; readonly kv: Kv | undefined }

/** A store of our own: a flood of names that people try must not push out the entries of others. */
const maxEntries = 50_000

/** After Redis has failed it is left alone for this time (seconds); waiting for each answer adds up. */
const pause = 5

/** The shared state; what is in this process while it cannot be reached, or when there is none. */
export function createSoftState({ clock, kv }: Needs): SoftState {
  const local = createMemoryKv({ clock, maxEntries })
  if (kv === undefined) return local
  let again = clock.now()
  const either = async <Reply>(ask: (store: SoftState) => Promise<Reply>): Promise<Reply> => {
    if (clock.now() < again) return ask(local)
    try {
      return await ask(kv)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      again = addSeconds(clock.now(), pause)
      return ask(local)
    }
  }
  return {
    get: (key) => either((store) => store.get(key)),
    add: (...entry) => either((store) => store.add(...entry)),
    replace: (...change) => either((store) => store.replace(...change)),
    delete: (key) => either((store) => store.delete(key)),
  }
}

/** More rounds than any real crowd needs; each round somebody wins. */
const mostRounds = 1000

type Change = {
  readonly key: string
  readonly ttlSeconds: number
  /** The new value for the one seen; undefined leaves it. May be asked more than once. */
  readonly to: (seen: string | undefined) => string | undefined
}

/** Changes an entry in one step, however many try at once. False when there was nothing to change. */
export async function changeEntry(store: SoftState, change: Change): Promise<boolean> {
  const { key, ttlSeconds } = change
  for (let round = 0; round < mostRounds; round += 1) {
    const seen = await store.get(key)
    const value = change.to(seen)
    if (value === undefined) return false
    const won =
      seen === undefined
        ? await store.add(key, value, ttlSeconds)
        : await store.replace(key, value, ttlSeconds, seen)
    if (won) return true
  }
  throw kvFailures.unavailable()
}
