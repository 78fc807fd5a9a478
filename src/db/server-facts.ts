import { Client } from 'pg'
import { dbFailures } from './failures.ts'
import { connectionConfig } from './pool/connection.ts'
import { isPoolerRefusal, troubleOf } from './pool/trouble.ts'
import type { ConnectionOptions } from './types.ts'

/** What a connection made as ours are is worth, and what else there is room for. */
export type ServerFacts = {
  /** In milliseconds, and 0 for no limit. */
  readonly statementTimeoutMs: number
  readonly idleInTransactionTimeoutMs: number
  /** How many connections our role may have to our database altogether. */
  readonly connections: number
  readonly isStandby: boolean
  /** The same for a primary and its standbys, and for nobody else. */
  readonly system: string
}

const question = `
  SELECT
    (SELECT setting::integer FROM pg_settings WHERE name = 'statement_timeout') AS statement,
    (SELECT setting::integer FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout') AS idle,
    (SELECT sum(CASE WHEN name = 'max_connections' THEN setting::integer ELSE -setting::integer END)::integer
      FROM pg_settings
      WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')) AS server,
    (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) AS role,
    (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS database,
    pg_is_in_recovery() AS standby,
    (SELECT system_identifier::text FROM pg_control_system()) AS system`

type Row = {
  readonly statement: number
  readonly idle: number
  readonly server: number
  readonly role: number
  readonly database: number
  readonly standby: boolean
  readonly system: string
}

/** Over one connection of its own. Fails with what PostgreSQL or the pooler says, or as unavailable. */
export async function readServerFacts(options: ConnectionOptions): Promise<ServerFacts> {
  const client = new Client(connectionConfig(options))
  // A lost connection also fails the statement under way; this only keeps the process alive.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<Row>(question)
    return factsOf(rows[0])
  } catch (error) {
    if (troubleOf(error) === 'connection' && !isPoolerRefusal(error))
      throw dbFailures.unavailable({ cause: error })
    throw error
  } finally {
    await client.end().catch(() => undefined)
  }
}

function factsOf(row: Row | undefined): ServerFacts {
  if (row === undefined) throw new Error('PostgreSQL tells nothing about itself')
  const limits = [row.server, row.role, row.database].filter((limit) => limit >= 0)
  return {
    statementTimeoutMs: row.statement,
    idleInTransactionTimeoutMs: row.idle,
    connections: Math.min(...limits),
    isStandby: row.standby,
    system: row.system,
  }
}
