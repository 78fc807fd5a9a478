import type { ClientConfig, CustomTypesConfig, QueryArrayConfig } from 'pg'
import { types } from 'pg'
import type { Statement } from '../sql.ts'
import type { ConnectionOptions } from '../types.ts'

const connectTimeoutMs = 5_000
export const idleInTransactionTimeoutMs = 15_000
const defaultStatementTimeoutMs = 15_000

export function connectionConfig(options: ConnectionOptions): ClientConfig {
  const statementTimeout = options.statementTimeoutMs ?? defaultStatementTimeoutMs
  return {
    connectionString: options.url,
    application_name: 'cardea',
    // BEGIN and the first statement of a transaction, too, are written without waiting in between.
    pipeline: true,
    keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMs,
    // For the server that never answers: later than its own limit, and ending the connection.
    query_timeout: statementTimeout * 2,
    ...(options.pooler !== 'transaction' && {
      // A pooler in transaction mode refuses these: its connections belong to others as well.
      statement_timeout: statementTimeout,
      idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    }),
    types: typeParsers,
  }
}

const { INT8, DATE } = types.builtins

function integer(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 out of the safe range: ${text}`)
  return value
}

const ownParsers = new Map<number, (text: string) => unknown>([
  [INT8, integer],
  // A calendar day has no time zone, so it stays the text YYYY-MM-DD.
  [DATE, (text) => text],
])

const typeParsers: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : ownParsers.get(oid)) ?? types.getTypeParser(oid, format),
}

export type QueryFor = (statement: Statement) => QueryArrayConfig<unknown[]>

/** How a statement is handed to pg: prepared once per connection under its name, unless told not to. */
export function queryFor(named: boolean): QueryFor {
  return ({ name, text, values }) => {
    const query: QueryArrayConfig<unknown[]> = { text, values: [...values], rowMode: 'array' }
    return named ? { ...query, name } : query
  }
}
