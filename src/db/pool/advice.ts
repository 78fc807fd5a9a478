import type { Failure } from '../../base/index.ts'
import { dbFailures } from '../failures.ts'

const pooler =
  'a pooler in transaction mode stands before PostgreSQL: set CARDEA_DATABASE_POOLER=transaction (deploy/pgbouncer)'

/** What an operator can do, for the log. */
const known: readonly (readonly [RegExp, string])[] = [
  [
    /^timeout exceeded when trying to connect$/,
    'no connection of the pool became free in time: raise CARDEA_DATABASE_POOL_SIZE as far as PostgreSQL has room, or find what holds them (cardea_db_pool, cardea_db_pool_wait_seconds)',
  ],
  [
    /^53300 /,
    'PostgreSQL has no connection left: lower CARDEA_DATABASE_POOL_SIZE, raise max_connections, or put a pooler in between (`cardea config check` counts)',
  ],
  [
    /^query_wait_timeout$|^no more connections allowed/,
    'the pooler had no connection to PostgreSQL in time: raise its default_pool_size, or its max_client_conn',
  ],
  [/^unsupported startup parameter/, pooler],
  [/^prepared statement ".*" (already exists|does not exist)$/, pooler],
  [
    /^57014 /,
    'a statement took longer than it may (CARDEA_DATABASE_STATEMENT_TIMEOUT, or the limit of the role or the pooler)',
  ],
]

export function adviceOn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const says = (pattern: RegExp) =>
    pattern.test(error.message) || pattern.test(`${code} ${error.message}`)
  return known.find(([pattern]) => says(pattern))?.[1]
}

export function unavailable(cause: unknown): Failure {
  const advice = adviceOn(cause)
  return dbFailures.unavailable({ cause, ...(advice !== undefined && { log: { advice } }) })
}
