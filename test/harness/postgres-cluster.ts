import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { secureRandom } from '../../src/base/index.ts'
import { type Binaries, findBinaries } from '../../src/db/embedded/binaries.ts'
import { ensureCluster, environment, readPassword } from '../../src/db/embedded/cluster.ts'
import { type DataDir, openDataDir } from '../../src/db/embedded/data-dir.ts'
import { freePort } from './cardea-process.ts'

const exec = promisify(execFile)
const longestStart = 60_000

/** One PostgreSQL on a loopback port, as an operator's would be: no Cardea process owns it. */
export type PostgresNode = {
  readonly name: string
  readonly port: number
  /** Of a database on this server; `cardea` unless told otherwise. */
  readonly url: (database?: string) => string
  readonly isRunning: () => boolean
  /** Rows of one statement, over a connection of its own. */
  readonly query: <Row extends object>(statement: string, database?: string) => Promise<Row[]>
  /** Starts it again on the same port and returns once it takes connections. */
  readonly start: () => Promise<void>
  /** `immediate` is a crash: nobody is told, nothing is written, the next start recovers. */
  readonly stop: (how: 'fast' | 'immediate') => Promise<void>
  /** Makes a primary of a standby and returns once it takes writes. */
  readonly promote: () => Promise<void>
  /** What it wrote to its log, for the report of a failure. */
  readonly log: () => Promise<string>
}

/** A primary, the standbys that were asked for, and one folder for all of them. */
export type PostgresCluster = {
  readonly primary: PostgresNode
  /** A streaming standby of `source`, which is the first primary unless told otherwise. */
  readonly addStandby: (name: string, source?: PostgresNode) => Promise<PostgresNode>
  /** Commits on `primary` wait from now on for the standby of this name; without one they do not wait. */
  readonly synchronous: (primary: PostgresNode, standby: PostgresNode | undefined) => Promise<void>
  readonly close: () => Promise<void>
}

type Options = {
  /** Settings of every server; given at each start. */
  readonly settings?: Readonly<Record<string, string>>
  readonly database?: string
  /** Lines before those of pg_hba.conf that let everybody in who knows the password. */
  readonly hba?: readonly string[]
}

/** What is lost without fsync is lost with the power, and not with a process that is killed. */
const ownSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  max_connections: '200',
  shared_buffers: '64MB',
  min_dynamic_shared_memory: '0',
  jit: 'off',
  wal_level: 'replica',
  max_wal_senders: '8',
  max_replication_slots: '8',
  hot_standby: 'on',
  wal_receiver_status_interval: '1s',
  wal_retrieve_retry_interval: '200ms',
  timezone: 'UTC',
}

type Place = { readonly dataDir: DataDir; readonly binaries: Binaries; readonly password: string }

export async function startPostgresCluster(options: Options = {}): Promise<PostgresCluster> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cardea-postgres-'))
  await chmod(folder, 0o755) // PostgreSQL runs as another user when this is root
  const nodes: PostgresNode[] = []
  const database = options.database ?? 'cardea'
  const settings = { ...ownSettings, ...options.settings }
  const launch = async (name: string, place: Place, own: Readonly<Record<string, string>>) => {
    const node = await createNode({ name, place, settings: { ...settings, ...own }, database })
    nodes.push(node)
    await node.start()
    return node
  }
  const close = async () => {
    await Promise.all(nodes.map((node) => node.stop('immediate')))
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }
  try {
    const place = await initialise(path.join(folder, 'primary'), options.hba ?? [])
    const primary = await launch('primary', place, {})
    await primary.query(`CREATE DATABASE ${database}`, 'postgres')
    return {
      primary,
      async addStandby(name, source = primary) {
        const copied = await copyRunning({ source, from: place, to: path.join(folder, name), name })
        return await launch(name, copied, standbySettings(source, place.password, name))
      },
      async synchronous(of, standby) {
        const waitFor = standby === undefined ? '' : `FIRST 1 (${standby.name})`
        await of.query(`ALTER SYSTEM SET synchronous_standby_names = '${waitFor}'`, 'postgres')
        await of.query('SELECT pg_reload_conf()', 'postgres')
        if (standby !== undefined) await until(`${standby.name} is synchronous`, () => isSync(of))
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function initialise(root: string, hba: readonly string[]): Promise<Place> {
  const dataDir = await openDataDir(root)
  const binaries = await findBinaries(dataDir, secureRandom)
  await ensureCluster(dataDir, { binaries, random: secureRandom, sync: false })
  const rules = path.join(dataDir.cluster, 'pg_hba.conf')
  // Written in place, so that it stays with its owner.
  await writeFile(rules, [...hba, await readFile(rules, 'utf8')].join('\n'))
  return { dataDir, binaries, password: await readPassword(dataDir) }
}

function standbySettings(source: PostgresNode, password: string, name: string) {
  const to = `host=127.0.0.1 port=${source.port} user=cardea password=${password}`
  const primary_conninfo = `${to} application_name=${name} connect_timeout=2`
  return { primary_conninfo, primary_slot_name: slotOf(name) }
}

const slotOf = (name: string) => `slot_${name.replaceAll(/\W/g, '_')}`

type Copy = {
  readonly source: PostgresNode
  readonly from: Place
  readonly to: string
  readonly name: string
}

/** What pg_basebackup does, which is not among the embedded programs. */
async function copyRunning({ source, from, to, name }: Copy): Promise<Place> {
  const [home] = await source.query<{ folder: string }>(
    "SELECT current_setting('data_directory') AS folder",
    'postgres',
  )
  if (home === undefined) throw new Error('PostgreSQL does not tell where its files are')
  await rm(to, { recursive: true, force: true })
  await mkdir(to)
  await chmod(to, 0o755)
  const dataDir = { ...(await openDataDir(to)), user: from.dataDir.user }
  // BEGIN and END of a backup belong to one session.
  const session = new Client({ connectionString: source.url('postgres') })
  await session.connect()
  try {
    const slot = slotOf(name)
    await session.query(
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1`,
      [slot],
    )
    await session.query('SELECT pg_create_physical_replication_slot($1, true)', [slot])
    await session.query('SELECT pg_backup_start($1, fast => true)', [name])
    await copyFiles(home.folder, dataDir.cluster)
    const { rows } = await session.query<{ labelfile: string }>(
      'SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)',
    )
    await give(path.join(dataDir.cluster, 'backup_label'), rows[0]?.labelfile ?? '', dataDir)
  } finally {
    await session.end()
  }
  // What was set for the primary does not hold for its copy, or a promoted one would wait for itself.
  await give(path.join(dataDir.cluster, 'postgresql.auto.conf'), '', dataDir)
  await give(path.join(dataDir.cluster, 'standby.signal'), '', dataDir)
  return { ...from, dataDir }
}

/** Files that are removed meanwhile are in the log that the backup is brought up to date with. */
async function copyFiles(from: string, to: string): Promise<void> {
  await exec('cp', ['-a', from, to], { env: environment }).catch((error: unknown) => {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
    const others = said.split('\n').filter((line) => !/^$|No such file or directory/.test(line))
    if (others.length > 0) throw error
  })
  for (const name of ['postmaster.pid', 'postmaster.opts', 'pg_replslot', 'standby.signal'])
    await rm(path.join(to, name), { recursive: true, force: true })
  await exec('mkdir', ['-m', '700', path.join(to, 'pg_replslot')])
  await exec('chown', ['--reference', to, path.join(to, 'pg_replslot')])
}

async function give(file: string, text: string, { user }: DataDir): Promise<void> {
  await writeFile(file, text, { mode: 0o600 })
  if (user !== undefined) await chown(file, user.uid, user.gid)
}

type NodeOptions = {
  readonly name: string
  readonly place: Place
  readonly settings: Readonly<Record<string, string>>
  readonly database: string
}

async function createNode(options: NodeOptions): Promise<PostgresNode> {
  const { name, place, settings, database } = options
  const port = await freePort()
  const flags = Object.entries({ ...settings, port: String(port) }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ])
  const logFile = `${place.dataDir.root}/server.log`
  let child: ChildProcess | undefined
  const url = (of = database) =>
    `postgresql://cardea:${encodeURIComponent(place.password)}@127.0.0.1:${port}/${of}`
  const log = async () => (await readFile(logFile, 'utf8').catch(() => '')).slice(-20_000)
  const isRunning = () => child !== undefined && child.exitCode === null && !child.killed
  const query = async <Row extends object>(statement: string, of = database): Promise<Row[]> => {
    const client = new Client({ connectionString: url(of), connectionTimeoutMillis: 5000 })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query<Row>(statement)).rows
    } finally {
      await client.end()
    }
  }
  return {
    name,
    port,
    url,
    isRunning,
    query,
    log,
    async start() {
      if (child !== undefined) throw new Error(`${name} runs already`)
      const output = await open(logFile, 'a', 0o600)
      const started = spawn(place.binaries.postgres, ['-D', place.dataDir.cluster, ...flags], {
        ...place.dataDir.user,
        cwd: place.dataDir.cluster,
        env: environment,
        stdio: ['ignore', output.fd, output.fd],
      })
      child = started
      await once(started, 'spawn')
      await output.close()
      const answers = async () => {
        if (started.exitCode !== null) throw new Error(`${name} ended:\n${await log()}`)
        return await query('SELECT 1', 'postgres').then(
          () => true,
          () => false,
        )
      }
      await until(`${name} takes connections`, answers)
    },
    async stop(how) {
      const stopped = child
      child = undefined
      if (stopped === undefined || stopped.exitCode !== null) return
      const gone = once(stopped, 'exit')
      stopped.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT')
      await gone
    },
    async promote() {
      const [done] = await query<{ ok: boolean }>('SELECT pg_promote() AS ok', 'postgres')
      if (done?.ok !== true) throw new Error(`${name} was not promoted:\n${await log()}`)
    },
  }
}

async function isSync(primary: PostgresNode): Promise<boolean> {
  const rows = await primary.query("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")
  return rows.length > 0
}

/** Waits until a standby has replayed what its primary has written so far. */
export async function caughtUp(primary: PostgresNode, standby: PostgresNode): Promise<void> {
  const [at] = await primary.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn')
  const done = `SELECT pg_last_wal_replay_lsn() >= '${at?.lsn}'::pg_lsn AS done`
  await until(
    `${standby.name} has caught up`,
    async () => (await standby.query<{ done: boolean }>(done))[0]?.done === true,
  )
}

async function until(what: string, isDone: () => Promise<boolean>): Promise<void> {
  const began = performance.now()
  while (!(await isDone())) {
    if (performance.now() - began > longestStart) throw new Error(`it never happened: ${what}`)
    await sleep(20)
  }
}
