import type { Statement } from './sql.ts'

/** What can be asked of a database or of a transaction. Keys of rows are in camelCase. */
export type Queries = {
  many<T>(statement: Statement): Promise<T[]>
  /** The first row, if there is one. */
  maybe<T>(statement: Statement): Promise<T | undefined>
  /** The number of rows affected. */
  run(statement: Statement): Promise<number>
}

export type Tx = Queries

export type TransactionOptions = {
  /** The work may safely be done twice: retry even when it is unknown whether COMMIT succeeded. */
  readonly idempotent?: boolean
  readonly isolation?: 'read committed' | 'serializable'
}

export type Db = Queries & {
  /**
   * Runs `work` in a transaction, again from the start after a conflict or a lost connection.
   * `work` must therefore have no effects outside of the transaction.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Readiness: fails unless PostgreSQL answers soon. */
  ping(): Promise<void>
  stats(): DbStats
  close(): Promise<void>
}

export type DbStats = {
  /** The connections of the pool that serves transactions, and who waits for one. */
  readonly pool: PoolStats
  /** The pipelined connections, and the statements on them that were not answered yet. */
  readonly pipeline: { readonly open: number; readonly under_way: number; readonly limit: number }
}

export type PoolStats = {
  readonly total: number
  readonly idle: number
  readonly waiting: number
  readonly limit: number
}

export type StatementKind = 'pipeline' | 'transaction'

/** What stands between us and PostgreSQL: nothing, or what hands out a connection per transaction. */
export type Pooler = 'none' | 'transaction'

export type ConnectionOptions = {
  readonly url: string
  /** Behind a pooler the limits of time are those that PostgreSQL or the pooler was set up with. */
  readonly pooler?: Pooler
  /** False for PgBouncer before 1.21 in transaction mode, which loses named statements. */
  readonly namedStatements?: boolean
  readonly statementTimeoutMs?: number
}

export type DbOptions = ConnectionOptions & {
  readonly poolSize: number
  /** Connections for one-statement queries. */
  readonly pipelineConnections?: number
  /** Told of every statement sent, BEGIN, COMMIT and ROLLBACK included. */
  readonly onStatement?: (text: string, kind: StatementKind) => void
  /** Told how long a transaction waited for a connection of the pool. */
  readonly onWait?: (seconds: number) => void
  /** Told of lost connections, which heal by themselves. */
  readonly onError?: (error: Error) => void
}
