import type { Client } from 'pg'

/** What PostgreSQL tells of one table; months of the audit log are one. */
export type Size = {
  readonly table: string
  readonly live: number
  readonly dead: number
  readonly tableBytes: number
  readonly indexBytes: number
  readonly updates: number
  readonly hotUpdates: number
  readonly vacuums: number
}

export type Sample = {
  readonly realSeconds: number
  readonly simulatedDays: number
  readonly sizes: ReadonlyMap<string, Size>
  /** After a collection. */
  readonly heapMib: number
  readonly residentMib: number
}

export async function readSizes(client: Client): Promise<ReadonlyMap<string, Size>> {
  const { rows } = await client.query<Record<string, string>>(`
    SELECT regexp_replace(relname, '^audit_log_.*', 'audit_log') AS table,
      sum(pg_stat_get_live_tuples(oid)) AS live, sum(pg_stat_get_dead_tuples(oid)) AS dead,
      sum(pg_table_size(oid)) AS table_bytes, sum(pg_indexes_size(oid)) AS index_bytes,
      sum(pg_stat_get_tuples_updated(oid)) AS updates, sum(pg_stat_get_tuples_hot_updated(oid)) AS hot,
      sum(pg_stat_get_autovacuum_count(oid)) AS vacuums
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' GROUP BY 1`)
  return new Map(
    rows.map((row) => {
      const { table = '', live, dead, table_bytes, index_bytes, updates, hot, vacuums } = row
      const numbers = {
        live: Number(live),
        dead: Number(dead),
        tableBytes: Number(table_bytes),
        indexBytes: Number(index_bytes),
        updates: Number(updates),
        hotUpdates: Number(hot),
        vacuums: Number(vacuums),
      }
      return [table, { table, ...numbers }] as const
    }),
  )
}

/** Those that grow with time by what they are for: docs/guide/tables.md says how much. */
const growing = new Set(['audit_batches'])
/** Some pages more are no growth. */
const allowance = 128 * 1024
const factor = 1.2

/** What was larger in the last quarter than in the one before, beyond the bound: nothing, when all is well. */
export function stillGrowing(samples: readonly Sample[]): string[] {
  const third = quarter(samples, 2)
  const last = quarter(samples, 3)
  const most = (of: readonly Sample[], value: (sample: Sample) => number) =>
    Math.max(...of.map(value))
  const check = (what: string, value: (sample: Sample) => number, room: number) => {
    const [before, after] = [most(third, value), most(last, value)]
    return after > before * factor + room
      ? [`${what}: from ${mib(before)} to ${mib(after)} MiB`]
      : []
  }
  const tables = [...(samples.at(-1)?.sizes.keys() ?? [])].filter((table) => !growing.has(table))
  return [
    ...tables.flatMap((table) => [
      ...check(table, (sample) => sample.sizes.get(table)?.tableBytes ?? 0, allowance),
      ...check(
        `indexes of ${table}`,
        (sample) => sample.sizes.get(table)?.indexBytes ?? 0,
        allowance,
      ),
    ]),
    ...check('heap', (sample) => sample.heapMib * 2 ** 20, 8 * 2 ** 20),
    ...check('resident memory', (sample) => sample.residentMib * 2 ** 20, 32 * 2 ** 20),
  ]
}

function quarter(samples: readonly Sample[], number: number): readonly Sample[] {
  const from = Math.floor((samples.length * number) / 4)
  return samples.slice(from, Math.floor((samples.length * (number + 1)) / 4))
}

export function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 2 : 1)
}

/** The largest tables at some moments, and what became of their updates. */
export function sizesTable(samples: readonly Sample[], most: number): string {
  const end = samples.at(-1)
  if (end === undefined) return ''
  const moments = [1, 2, 3, 4].flatMap(
    (n) => samples[Math.floor((samples.length * n) / 4) - 1] ?? [],
  )
  const largest = [...end.sizes.values()]
    .sort((a, b) => b.tableBytes + b.indexBytes - a.tableBytes - a.indexBytes)
    .slice(0, most)
  const head = [
    'table',
    ...moments.map(({ simulatedDays }) => `MiB, day ${simulatedDays.toFixed(0)}`),
  ]
  const titles = [...head, 'of it indexes', 'live rows', 'dead rows', 'HOT updates', 'vacuums']
  const lines = largest.map((size) => {
    const sizes = moments.map(({ sizes: at }) => {
      const one = at.get(size.table)
      return mib((one?.tableBytes ?? 0) + (one?.indexBytes ?? 0))
    })
    const hot =
      size.updates === 0
        ? '-'
        : `${Math.round((100 * size.hotUpdates) / size.updates)} % of ${size.updates}`
    return [size.table, ...sizes, mib(size.indexBytes), size.live, size.dead, hot, size.vacuums]
  })
  return [titles, titles.map(() => '---'), ...lines]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n')
}
