import { sha256 } from '../base/index.ts'
import type { Queries } from './types.ts'

/** Rows of one table that end at a time, by the column that an index is on. */
export type Ending = {
  readonly table: string
  readonly column: string
  /** What else must hold, as the index says; from the code and never from outside. */
  readonly only?: string
}

/**
 * How many rows ended before a moment, counted up to `most`, and when the oldest of them did. Reads no more than
 * the beginning of the index. The one statement whose table is not written in it: every table is asked the same.
 */
export async function countOverdue(
  queries: Queries,
  { table, column, only = 'true' }: Ending,
  { before, most }: { readonly before: Date; readonly most: number },
): Promise<{ readonly rows: number; readonly oldest: Date | null }> {
  for (const name of [table, column, only]) {
    if (!/^[a-z_]+$/.test(name)) throw new TypeError(`not a name: ${name}`)
  }
  const text = `SELECT count(*) AS rows, min(ended)::timestamptz AS oldest FROM (
    SELECT ${column} AS ended FROM ${table} WHERE ${column} < $1 AND ${only} ORDER BY ${column} LIMIT $2) AS overdue`
  const name = `c_${sha256(text).toString('base64url').slice(0, 16)}`
  const row = await queries.maybe<{ rows: number; oldest: Date | null }>({
    name,
    text,
    values: [before, most],
  })
  return row ?? { rows: 0, oldest: null }
}
