/**
 * db: the way to PostgreSQL, its schema's migrations, and the embedded server.
 * Owns the connections, the table of applied migrations and the data folder's PostgreSQL.
 * Promises that values are always parameters, that a transaction happens wholly or not at all, and
 * that what is retried cannot happen twice.
 * Never knows a table of the other modules.
 */
export { askTogether } from './ask-together.ts'
export { defaultDataDir } from './embedded/data-dir.ts'
export { DataFolderInUse } from './embedded/owner.ts'
export type { EmbeddedOptions, EmbeddedPostgres } from './embedded/start.ts'
export { attachEmbedded, startEmbedded } from './embedded/start.ts'
export { dbFailures, isPermissionDenied, isUniqueViolation } from './failures.ts'
export type { MigrationStatus } from './migrate.ts'
export { migrateDown, migrateUp, migrationStatus } from './migrate.ts'
export type { Ending } from './overdue.ts'
export { countOverdue } from './overdue.ts'
export { isPoolerRefusal } from './pool/trouble.ts'
export { createDb } from './pool/create-db.ts'
export { idleInTransactionTimeoutMs } from './pool/connection.ts'
export type { Reads, Replica } from './replica/create-replica.ts'
export { createReplica, queriesBy, replicaConnections } from './replica/create-replica.ts'
export type { ServerFacts } from './server-facts.ts'
export { readServerFacts } from './server-facts.ts'
export type { Statement } from './sql.ts'
export { sql } from './sql.ts'
export type { ConnectionOptions, Db, DbOptions, Queries, TransactionOptions, Tx } from './types.ts'
