import { NotReplicated } from './replication.ts'

/**
 * What went wrong, as far as deciding about a retry needs to know.
 * `conflict`: PostgreSQL undid the work in favour of somebody else's.
 * `stale`: the connection, or a statement that it has prepared, is good for nothing any more; nothing was executed.
 * `connection`: the server is away, or the connection to it was lost.
 * `overload`: the server or the pool is too busy, or the statement took too long; it was undone,
 * or, if its commit waited for a standby, stays with this server alone.
 */
export type Trouble = 'conflict' | 'stale' | 'connection' | 'overload' | 'other'

const byCode: Readonly<Record<string, Trouble>> = {
  '40001': 'conflict', // serialization_failure
  '40P01': 'conflict', // deadlock_detected
  '25006': 'stale', // read_only_sql_transaction: a primary that was, and is a standby now
  '26000': 'stale', // invalid_sql_statement_name: the prepared statement is gone
  '42P05': 'stale', // duplicate_prepared_statement: somebody else's connection, given to us
  '57P01': 'connection', // admin_shutdown
  '57P02': 'connection', // crash_shutdown
  '57P03': 'connection', // cannot_connect_now
  '57P05': 'connection', // idle_session_timeout
  '53300': 'connection', // too_many_connections, only ever raised while connecting
  '55P03': 'overload', // lock_not_available
  '57014': 'overload', // query_canceled: statement_timeout
  ECONNRESET: 'connection',
  ECONNREFUSED: 'connection',
  ECONNABORTED: 'connection',
  EPIPE: 'connection',
  ETIMEDOUT: 'connection',
  EHOSTUNREACH: 'connection',
  ENETUNREACH: 'connection',
  ENOTFOUND: 'connection',
  EAI_AGAIN: 'connection',
}

// pg gives these no code.
const byMessage: readonly (readonly [RegExp, Trouble])[] = [
  [/^Connection terminated/, 'connection'],
  [/^timeout expired$/, 'connection'],
  [/^Query read timeout$/, 'connection'],
  [/ is not queryable$/, 'connection'],
  [/^timeout exceeded when trying to connect$/, 'overload'],
  // PgBouncer gives its own refusals one code for all.
  [/^query_wait_timeout$/, 'overload'],
  [/^cached plan must not change result type$/, 'stale'],
]

export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof Error)) return 'other'
  if (error instanceof NotReplicated) return 'overload'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const known = byCode[code] ?? byMessage.find(([pattern]) => pattern.test(error.message))?.[1]
  if (known !== undefined) return known
  if (code.startsWith('08')) return 'connection'
  if (code.startsWith('53')) return 'overload'
  // No such file: the Unix socket, gone while PostgreSQL is; any other file is a bug.
  return code === 'ENOENT' && isConnecting(error) ? 'connection' : 'other'
}

/** True when a pooler refused what we ask for at the connection, since its own belong to all its clients. */
export function isPoolerRefusal(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('unsupported startup parameter')
}

/** True when pg refused to send the statement, because the connection was already known dead. */
export function wasRefusedUnsent(error: unknown): boolean {
  return error instanceof Error && error.message.endsWith(' is not queryable')
}

function isConnecting(error: Error): boolean {
  return 'syscall' in error && error.syscall === 'connect'
}
