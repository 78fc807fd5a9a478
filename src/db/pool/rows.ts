import type { QueryArrayResult } from 'pg'

// Bounded by the number of distinct column names in our own SQL.
const keys = new Map<string, string>()

function keyOf(column: string): string {
  const known = keys.get(column)
  if (known !== undefined) return known
  const key = column.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  keys.set(column, key)
  return key
}

/** Rows as objects with camelCase keys. Names are looked up once per result, not once per row. */
export function toObjects<T>(result: QueryArrayResult<unknown[]>): T[] {
  const columns = result.fields.map((field) => keyOf(field.name))
  return result.rows.map((values) => {
    const row: Record<string, unknown> = {}
    for (const [i, key] of columns.entries()) row[key] = values[i]
    // The caller states the shape of the rows its own SQL returns; nothing can check it here.
    return row as T
  })
}
