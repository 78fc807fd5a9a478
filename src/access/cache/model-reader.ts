import type { Db } from '../../db/index.ts'
import type { Model } from '../model/compile.ts'
import { compileModel } from '../model/compile.ts'
import type { Ageing, Moment } from './ageing.ts'
import type { Feed } from './feed.ts'
import { memory } from './feed.ts'
import type { Reading } from './reading.ts'
import { isTrueNow } from './reading.ts'
import { selectModel } from './store.ts'

type Needs = { readonly db: Db; readonly ageing: Ageing; readonly feed: Feed }

type Known = { readonly tick: number; readonly readAt: Moment; readonly model: Promise<Model> }

/** All roles. One reading serves all who ask at the same time, unless a change is found meanwhile. */
export function createModelReader({ db, ageing, feed }: Needs) {
  let known: Known | undefined
  let latest: Model | undefined
  const read = async () => {
    latest = compileModel(await selectModel(db))
    return latest
  }
  const readAnew = (): Known => {
    const made = { tick: feed.tick(), readAt: ageing.now(), model: read() }
    known = made
    made.model.catch(() => {
      if (known === made) known = undefined
    })
    return made
  }
  // As with people, nothing is kept for ever: a change could have been swept away before it was seen.
  const unchanged = ({ tick, readAt }: Known) =>
    feed.modelHolds(tick) && ageing.since(readAt) < memory / 2
  const current = async (): Promise<Reading<Model>> => {
    const mine = known !== undefined && unchanged(known) ? known : readAnew()
    const value = await mine.model
    const holds = () => isTrueNow(feed, ageing.since(mine.readAt), unchanged(mine))
    return { value, holds }
  }
  return { current, stats: () => latest?.size() ?? { roles: 0, sets: 0 } }
}
