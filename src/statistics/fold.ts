import type { Db } from '../db/index.ts'
import { foldDeltas } from './store.ts'

const batch = 5000
const mostBatches = 50

/** Puts what was appended where it is read, and tells how many changes that were. */
export async function fold({ db }: { readonly db: Db }): Promise<number> {
  let folded = 0
  for (let i = 0; i < mostBatches; i += 1) {
    const taken = await foldDeltas(db, batch)
    folded += taken
    if (taken < batch) break
  }
  return folded
}
