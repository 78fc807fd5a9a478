import { resolve } from 'node:path'
import type { Config } from '../config.ts'
import { connectionOptions } from '../config-database.ts'
import type { Db } from '../db/index.ts'
import {
  attachEmbedded,
  createDb,
  defaultDataDir,
  migrateUp,
  migrationStatus,
  startEmbedded,
} from '../db/index.ts'
import { judgeDatabase } from './check-database.ts'
import { UsageError } from './command.ts'

type Log = (line: string) => void
export type OpenDatabase = { readonly url: string; readonly close: () => Promise<void> }

const nothing = async () => {}

export function dataDirOf(config: Config): string {
  return config.dataDir === '' ? defaultDataDir(process.cwd()) : resolve(config.dataDir)
}

/** The database of a server: the configured one, or the embedded one, owned by this process. */
export async function ownDatabase(config: Config, log: Log): Promise<OpenDatabase> {
  const { url } = config.database
  if (url !== '') return { url, close: nothing }
  const settings = { max_connections: String(connectionsFor(config)) }
  const embedded = await startEmbedded({ dataDir: dataDirOf(config), log, settings })
  return { url: embedded.url, close: () => embedded.stop() }
}

/** Enough for every worker, for one more while they are replaced one by one, and for commands. */
function connectionsFor({ workers, database }: Config): number {
  const { poolSize, pipelineConnections } = database
  return Math.max(60, (workers + 1) * (poolSize + pipelineConnections) + 24)
}

/** The database of a command: an embedded one that is running is used, another one started for the while. */
export async function borrowDatabase(config: Config): Promise<OpenDatabase> {
  if (config.database.url === '') {
    const running = await attachEmbedded(dataDirOf(config))
    if (running !== undefined) return { url: running.url, close: nothing }
  }
  return ownDatabase(config, () => {})
}

/** Brings the schema to what this version knows; refuses a schema that is newer (or, if told so, older). */
export async function prepareSchema(config: Config, url: string, log: Log): Promise<void> {
  const [{ pending, unknown }] = await Promise.all([
    migrationStatus(url),
    requireSound(config, url, log),
  ])
  if (unknown.length > 0) {
    throw new UsageError(
      `the database has migrations that this version does not know (${unknown.join(', ')}). Use the newer version.`,
    )
  }
  if (pending.length === 0) return
  if (!config.database.migrateOnStart) {
    throw new UsageError(`migrations are pending (${pending.join(', ')}). Run: cardea migrate up`)
  }
  for (const name of await migrateUp(migrationUrl(config, url))) log(`applied migration ${name}`)
}

/** Refuses a database of the operator's in which statements could take for ever. */
async function requireSound(config: Config, url: string, log: Log): Promise<void> {
  if (config.database.url === '') return
  const { wrong, doubtful } = await judgeDatabase(config, url)
  if (wrong.length > 0) throw new UsageError(wrong.join('\n'))
  for (const line of doubtful) log(`warning: ${line}`)
}

/** Where migrations go: their lock belongs to a session, which a pooler in transaction mode has none of. */
export function migrationUrl({ database }: Config, url: string): string {
  const { pooler, directUrl } = database
  if (directUrl !== '') return directUrl
  if (pooler === 'none') return url
  throw new UsageError(
    'migrations need a connection without the pooler: set CARDEA_DATABASE_DIRECT_URL, or run `cardea migrate up` with DATABASE_URL leading to PostgreSQL itself and CARDEA_DATABASE_POOLER=none',
  )
}

/** Runs work with a connection to a database whose schema is current. */
export async function withDatabase<T>(config: Config, work: (db: Db) => Promise<T>): Promise<T> {
  const database = await borrowDatabase(config)
  try {
    await prepareSchema(config, database.url, () => {})
    const connection = connectionOptions(config.database, database.url)
    const db = createDb({ ...connection, poolSize: 2, pipelineConnections: 1 })
    try {
      return await work(db)
    } finally {
      await db.close()
    }
  } finally {
    await database.close()
  }
}
