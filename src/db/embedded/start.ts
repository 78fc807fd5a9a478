import { readdir, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { secureRandom } from '../../base/index.ts'
import { copyPrefix, draftPrefix, findBinaries } from './binaries.ts'
import { ensureCluster } from './cluster.ts'
import type { DataDir } from './data-dir.ts'
import { openDataDir, openSocketDir, placesIn } from './data-dir.ts'
import type { Launch } from './launch.ts'
import { findPostmaster, stopPostmaster } from './postmaster.ts'
import type { Owned } from './server.ts'
import { ownServer, urlOf } from './server.ts'

export type EmbeddedPostgres = {
  readonly url: string
  readonly dataDir: string
  /** The main process of PostgreSQL; another one once PostgreSQL had to be started again. */
  readonly pid: number
  /** True when it was still running from an owner that died. */
  readonly adopted: boolean
  stop(): Promise<void>
}

export type EmbeddedOptions = {
  readonly dataDir: string
  readonly log: (line: string) => void
  /** Settings of PostgreSQL that differ from Cardea's. */
  readonly settings?: Readonly<Record<string, string>>
}

const database = 'cardea'

/** Starts or adopts the PostgreSQL of a data folder, making the folder first where necessary. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { log, settings = {} } = options
  const random = secureRandom
  const dataDir = await openDataDir(options.dataDir)
  const binaries = await findBinaries(dataDir, random)
  await ensureCluster(dataDir, { binaries, random, sync: settings.fsync !== 'off' })
  const how = { binaries, socketDir: await openSocketDir(dataDir), settings }
  const owned = await ownServer(dataDir, how)
  try {
    await ensureDatabase(owned.owner)
    await sweep(dataDir, owned.adopted ? undefined : binaries.version)
  } catch (error) {
    await owned.owner.end()
    await stopPostmaster(owned.postmaster.pid, dataDir.cluster)
    throw error
  }
  const url = await urlOf(dataDir, owned.postmaster, database)
  const guarded = guard(owned, { dataDir, how, log })
  return {
    url,
    dataDir: dataDir.root,
    get pid() {
      return guarded.pid()
    },
    adopted: owned.adopted,
    stop: guarded.stop,
  }
}

/** For commands beside a running server: where the PostgreSQL on this folder is, if it runs. */
export async function attachEmbedded(dataDir: string): Promise<{ url: string } | undefined> {
  const root = await realpath(dataDir).catch(() => undefined)
  if (root === undefined) return undefined
  const places = placesIn(root)
  const postmaster = await findPostmaster(places.cluster)
  if (postmaster === undefined || postmaster.socketDir === '') return undefined
  return { url: await urlOf(places, postmaster, database) }
}

async function ensureDatabase(owner: Client): Promise<void> {
  const { rowCount } = await owner.query('SELECT 1 FROM pg_database WHERE datname = $1', [database])
  if (rowCount === 0) await owner.query(`CREATE DATABASE ${database}`)
}

/** Tries again when something appears in a folder that is being removed. */
const stubborn = { recursive: true, force: true, maxRetries: 5, retryDelay: 50 } as const

/** Removes what crashed or outrun starters left, and programs of other versions. */
async function sweep({ root }: DataDir, version: string | undefined): Promise<void> {
  const isWaste = (name: string): boolean =>
    name.startsWith(draftPrefix) ||
    (version !== undefined && name.startsWith(copyPrefix) && name !== copyPrefix + version)
  const waste = (await readdir(root)).filter(isWaste)
  // A loser of this very start may still be writing its draft; what cannot go now goes at the next start.
  await Promise.allSettled(waste.map((name) => rm(path.join(root, name), stubborn)))
}

type Guarded = { readonly pid: () => number; readonly stop: () => Promise<void> }
type Ward = {
  readonly dataDir: DataDir
  readonly how: Launch
  readonly log: (line: string) => void
}

const longestPauseMs = 30_000

/** Keeps PostgreSQL running and ours until it is told to stop. */
function guard(first: Owned, { dataDir, how, log }: Ward): Guarded {
  let { owner, postmaster } = first
  let stopping: Promise<void> | undefined
  let regaining: Promise<void> | undefined

  function watch(): void {
    owner.once('end', () => {
      if (stopping === undefined) regaining = regain()
    })
  }

  async function regain(): Promise<void> {
    log('the connection that owns the data folder was lost; taking it again')
    for (let pause = 250; stopping === undefined; pause = Math.min(pause * 2, longestPauseMs)) {
      try {
        ;({ owner, postmaster } = await ownServer(dataDir, how))
        watch()
        log(`the data folder is owned again, PostgreSQL is process ${postmaster.pid}`)
        return
      } catch (error) {
        log(`not yet: ${error instanceof Error ? error.message : String(error)}`)
      }
      await sleep(pause, undefined, { ref: false })
    }
  }

  async function shutDown(): Promise<void> {
    await regaining
    // The lock is held up to the end, so that no other process adopts a server that is going away.
    await stopPostmaster(postmaster.pid, dataDir.cluster)
    await owner.end()
  }

  watch()
  return {
    pid: () => postmaster.pid,
    stop: () => (stopping ??= shutDown()),
  }
}
