import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from 'pg'
import { startEmbedded } from '../src/db/index.ts'
import { withHost } from '../test/harness/command.ts'
import { familyCpuSeconds } from './process-stats.ts'
import type { Database } from './target.ts'

/** What PostgreSQL has done so far. */
export type Counts = {
  /** Statements of one database, BEGIN and COMMIT among them. */
  readonly statements: number
  /** Bytes of WAL of all databases: only one of them is busy at a time. */
  readonly walBytes: number
  /** CPU of all its processes; undefined where they run elsewhere. */
  readonly cpuSeconds: number | undefined
}

/** The PostgreSQL of all sides. */
export type Postgres = {
  readonly createDatabase: (name: string) => Promise<Database>
  /** Without a database: what the side that keeps nothing makes it do, which is nothing. */
  readonly counts: (database: Database | undefined) => Promise<Counts>
  /** So that no side pays for the pages that another one has touched. */
  readonly checkpoint: () => Promise<void>
  readonly about: () => Promise<PostgresFacts>
  readonly pid: number | undefined
  readonly stop: () => Promise<void>
}

export type PostgresFacts = {
  readonly version: string
  /** Those that are not PostgreSQL's own defaults, or that decide how durable a commit is. */
  readonly settings: Readonly<Record<string, string>>
}

/** Durability is PostgreSQL's default: fsync, synchronous commits and full page writes. */
const settings = {
  max_connections: '300',
  shared_buffers: '256MB',
  wal_buffers: '16MB',
  // A checkpoint is made before each scenario and none within one.
  max_wal_size: '4GB',
  checkpoint_timeout: '1h',
  wal_compression: 'off',
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.max': '10000',
}

/** Starts one from the embedded programs, or uses the one whose address is given. */
export async function startPostgres(given: string | undefined): Promise<Postgres> {
  if (given !== undefined) return use(given, undefined, async () => undefined)
  const folder = await mkdtemp(path.join(tmpdir(), 'cardea-bench-'))
  await chmod(folder, 0o755) // PostgreSQL runs as another user when this is root
  const dataDir = path.join(folder, 'data')
  const server = await startEmbedded({ dataDir, log: () => undefined, settings })
  const stop = async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    return await use(server.url, server.pid, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function use(
  address: string,
  pid: number | undefined,
  stop: () => Promise<void>,
): Promise<Postgres> {
  // Its own statements must not be among those that are counted.
  const url = urlOf(address, 'postgres')
  const admin = new Client({ connectionString: url })
  await admin.connect()
  await admin.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
  const made: string[] = []
  return {
    pid,
    async createDatabase(side) {
      const name = `bench_${side.replaceAll(/\W/g, '_')}_${process.pid}`
      await admin.query(`CREATE DATABASE ${name}`)
      made.push(name)
      const own = urlOf(address, name)
      return { name, url: own, superUrl: own }
    },
    async counts(database) {
      const { rows } = await admin.query<{ statements: string; wal: string }>(
        `SELECT coalesce(sum(calls), 0) AS statements, pg_current_wal_lsn() - '0/0'::pg_lsn AS wal
         FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = $1`,
        [database?.name ?? ''],
      )
      const { statements = 0, wal = 0 } = rows[0] ?? {}
      const cpuSeconds = pid === undefined ? undefined : familyCpuSeconds(pid)
      return { statements: Number(statements), walBytes: Number(wal), cpuSeconds }
    },
    checkpoint: async () => {
      await admin.query('CHECKPOINT')
    },
    about: () => readFacts(admin),
    async stop() {
      // What runs elsewhere is left as it was found.
      if (pid === undefined)
        for (const name of made) await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await admin.end()
      await stop()
    },
  }
}

/** The embedded one is reached by its socket, which every client of all sides is told in the same way. */
function urlOf(address: string, database: string): string {
  const url = new URL(withHost(address))
  url.pathname = `/${database}`
  return url.href
}

const durable = ['fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method']

async function readFacts(admin: Client): Promise<PostgresFacts> {
  const { rows } = await admin.query<{ name: string; setting: string }>(
    `SELECT name, current_setting(name) AS setting FROM pg_settings
     WHERE name = ANY($1) ORDER BY name`,
    [[...durable, ...Object.keys(settings).filter((name) => !name.includes('.'))]],
  )
  const { rows: versions } = await admin.query<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  )
  return {
    version: versions[0]?.version ?? 'unknown',
    settings: Object.fromEntries(rows.map(({ name, setting }) => [name, setting])),
  }
}
