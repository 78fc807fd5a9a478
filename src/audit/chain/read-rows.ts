import type { Queries } from '../../db/index.ts'
import type { SealedRow } from './row.ts'
import type { Place } from './store.ts'
import { selectSealedRows } from './store.ts'

const page = 5000

/** Rows one after the other, a page at a time in memory. */
export type RowReader = {
  /** The next row, without taking it. */
  readonly peek: () => Promise<SealedRow | undefined>
  readonly take: () => void
}

export function readRows(db: Queries, afterSeq: number, to = Number.MAX_SAFE_INTEGER): RowReader {
  let place: Place = { seq: afterSeq, at: 'infinity' }
  let rows: SealedRow[] = []
  let i = 0
  let ended = false
  return {
    peek: async () => {
      if (i >= rows.length && !ended) {
        rows = await selectSealedRows(db, { after: place, to, limit: page })
        i = 0
        ended = rows.length < page
        place = rows.at(-1) ?? place
      }
      return rows[i]
    },
    take: () => {
      i += 1
    },
  }
}
