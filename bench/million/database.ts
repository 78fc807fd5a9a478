import { Client } from 'pg'

export async function inDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

export type Relation = {
  readonly name: string
  readonly rows: number
  readonly tableMib: number
  readonly indexesMib: number
}

/** The largest tables with their partitions apart, largest first. */
export function relations(url: string, most: number): Promise<readonly Relation[]> {
  return inDatabase(url, async (client) => {
    const { rows } = await client.query<Record<string, string>>(
      `SELECT relname AS name, reltuples::bigint AS rows, pg_table_size(oid) AS table, pg_indexes_size(oid) AS indexes
       FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
       ORDER BY pg_total_relation_size(oid) DESC LIMIT $1`,
      [most],
    )
    const mib = (bytes: string | undefined) => Number(bytes) / 2 ** 20
    return rows.map(({ name = '', rows: count, table, indexes }) => ({
      name,
      rows: Number(count),
      tableMib: mib(table),
      indexesMib: mib(indexes),
    }))
  })
}

export function databaseMib(url: string): Promise<number> {
  return inDatabase(url, async (client) => {
    const { rows } = await client.query<{ size: string }>(
      'SELECT pg_database_size(current_database()) AS size',
    )
    return Number(rows[0]?.size) / 2 ** 20
  })
}
