import type { Queries } from '../../db/index.ts'
import type { Batch } from './batch.ts'
import type { Leaf } from './leaf.ts'
import { unpackLeaves } from './leaf.ts'
import type { Problem } from './problem.ts'
import { readRows } from './read-rows.ts'
import { rowDigest } from './row.ts'
import { selectLeaves } from './store.ts'

/** More than any batch has, and little enough to be held. */
const mostRows = 20_000

/** Which rows of a batch that does not fit are not what was sealed. */
export async function locate(db: Queries, batch: Batch): Promise<Problem[]> {
  const leaves = await selectLeaves(db, batch.number)
  if (leaves === undefined) return []
  return compare(unpackLeaves(leaves), await presentRows(db, batch), batch.number)
}

async function presentRows(db: Queries, { fromSeq, toSeq }: Batch): Promise<Leaf[]> {
  const reader = readRows(db, fromSeq - 1, toSeq)
  const present: Leaf[] = []
  for (;;) {
    const row = await reader.peek()
    if (row === undefined || present.length >= mostRows) return present
    reader.take()
    present.push({ seq: row.seq, id: row.id, mark: rowDigest(row).toString('hex', 0, 8) })
  }
}

/** Pure, for its own tests. */
export function compare(
  sealed: readonly Leaf[],
  present: readonly Leaf[],
  batch: number,
): Problem[] {
  const place = ({ seq, id }: Leaf) => `${seq} ${id}`
  const before = new Map(sealed.map((leaf) => [place(leaf), leaf]))
  const now = new Set(present.map(place))
  const placeBefore = new Map(sealed.map((leaf) => [leaf.id, leaf.seq]))
  const ids = new Set(present.map(({ id }) => id))
  const found: Problem[] = []
  for (const leaf of present) {
    const { seq, id, mark } = leaf
    const known = before.get(place(leaf))
    const was = placeBefore.get(id)
    if (known !== undefined) {
      if (known.mark !== mark) found.push({ kind: 'edited', seq, id, batch })
    } else if (was !== undefined) found.push({ kind: 'moved', seq, id, batch, why: `was ${was}` })
    else found.push({ kind: 'inserted', seq, id, batch })
  }
  for (const leaf of sealed) {
    const { seq, id } = leaf
    if (!now.has(place(leaf)) && !ids.has(id)) found.push({ kind: 'missing', seq, id, batch })
  }
  return found
}
