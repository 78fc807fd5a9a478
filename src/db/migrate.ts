import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { dbFailures } from './failures.ts'
import { troubleOf } from './pool/trouble.ts'

export type MigrationStatus = {
  readonly applied: string[]
  readonly pending: string[]
  /** In the database but not on disk: the schema is newer than this server. */
  readonly unknown: string[]
}

type Log = (line: string) => void

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))
const table = 'schema_migrations'
// A migration waits this long for a table in use, so that the queue behind it stays short.
const lockTimeout = '5s'

/** Applies what is pending and returns its names. Starters at the same time wait for each other. */
export async function migrateUp(
  url: string,
  log: Log = () => undefined,
  dir = migrationsFolder,
): Promise<string[]> {
  // Most starts have nothing to do, and then need neither the lock nor the migration library.
  const { pending } = await migrationStatus(url, dir)
  return pending.length === 0 ? [] : await migrate(url, { direction: 'up', dir, log })
}

/** Undoes the last `count` migrations and returns their names, last applied first. */
export async function migrateDown(
  url: string,
  count: number,
  log: Log = () => undefined,
  dir = migrationsFolder,
): Promise<string[]> {
  // The library takes 0 for "all of them".
  if (!Number.isInteger(count) || count < 0)
    throw new RangeError('count: a whole number, not below 0')
  return count === 0 ? [] : await migrate(url, { direction: 'down', dir, log, count })
}

export async function migrationStatus(
  url: string,
  dir = migrationsFolder,
): Promise<MigrationStatus> {
  const names = (await readdir(dir))
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort()
  const applied = await withClient(url, appliedNames)
  return {
    applied,
    pending: names.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !names.includes(name)),
  }
}

async function appliedNames(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ known: string | null }>('SELECT to_regclass($1) AS known', [
    `public.${table}`,
  ])
  if (rows[0]?.known == null) return []
  const found = await client.query<{ name: string }>(`SELECT name FROM public.${table} ORDER BY id`)
  return found.rows.map(({ name }) => name)
}

type Run = {
  readonly direction: 'up' | 'down'
  readonly dir: string
  readonly log: Log
  readonly count?: number
}

async function migrate(url: string, run: Run): Promise<string[]> {
  const { PG_MIGRATE_LOCK_ID, runner } = await import('node-pg-migrate')
  const { log, ...options } = run
  return await withClient(url, async (client) => {
    // The library's own lock, taken here because lock_timeout must not cut the wait for another
    // node's migrations short. It is let go with the connection.
    // What limits statements of the server, as a default of its role does, must not end a migration.
    await client.query('SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0')
    await client.query('SELECT pg_advisory_lock($1)', [PG_MIGRATE_LOCK_ID])
    await client.query(`SET lock_timeout = '${lockTimeout}'`)
    const done = await runner({
      ...options,
      dbClient: client,
      migrationsTable: table,
      schema: 'public',
      // Any other file, such as a README, is none of the migrations.
      ignorePattern: '(?!.*\\.sql$).*',
      singleTransaction: false,
      noLock: true,
      logger: { info: log, warn: log, error: log },
    })
    return done.map(({ name }) => name)
  })
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    application_name: 'cardea-migrate',
    connectionTimeoutMillis: 5_000,
  })
  // A lost connection also fails the statement under way; this only keeps the process alive.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await use(client)
  } catch (error) {
    if (troubleOf(error) === 'connection') throw dbFailures.unavailable({ cause: error })
    throw error
  } finally {
    await client.end()
  }
}
