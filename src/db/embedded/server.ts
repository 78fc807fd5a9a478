import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { stopwatch } from '../../base/index.ts'
import { troubleOf } from '../pool/trouble.ts'
import { readPassword, superuser } from './cluster.ts'
import type { DataDir } from './data-dir.ts'
import type { Launch, Launched } from './launch.ts'
import { launch } from './launch.ts'
import { whileAlone } from './mutex.ts'
import { DataFolderInUse, takeOwnership } from './owner.ts'
import type { Postmaster } from './postmaster.ts'
import { findPostmaster, stopPostmaster } from './postmaster.ts'
import { isServedElsewhere } from './stale-locks.ts'

/** A running PostgreSQL and the connection by which it is ours. */
export type Owned = {
  readonly postmaster: Postmaster
  readonly owner: Client
  readonly adopted: boolean
}

// Recovery after a crash may take its time; PostgreSQL answers "starting up" meanwhile.
const startTimeoutMs = 120_000
const pollMs = 20

/** Starts PostgreSQL, or finds the one that runs, and makes this process its owner. */
export async function ownServer(dataDir: DataDir, how: Launch): Promise<Owned> {
  const elapsed = stopwatch()
  let launched: Launched | undefined
  try {
    for (;;) {
      const postmaster = await findPostmaster(dataDir.cluster)
      if (postmaster === undefined) {
        if (launched?.exited() === true) await explainExit(dataDir, launched, elapsed())
        launched = await whileAlone(dataDir.root, () => launchUnlessServed(dataDir, how))
      } else {
        const owner = await tryToOwn(dataDir, postmaster)
        // A rival may have launched the one that runs; then ours has exited.
        const adopted = launched === undefined || launched.exited()
        if (owner !== undefined) return { postmaster, owner, adopted }
      }
      if (elapsed() > startTimeoutMs) {
        throw new Error(`PostgreSQL does not get ready; see ${dataDir.log}`)
      }
      await sleep(pollMs)
    }
  } catch (error) {
    await undoLaunch(dataDir, launched, error)
    throw error
  }
}

/** Undefined when another starter has launched one just before. */
async function launchUnlessServed(dataDir: DataDir, how: Launch): Promise<Launched | undefined> {
  if ((await findPostmaster(dataDir.cluster)) !== undefined) return undefined
  if (await isServedElsewhere(dataDir.cluster)) {
    throw new DataFolderInUse(dataDir.root, 'a PostgreSQL in another container or machine')
  }
  return await launch(dataDir, how)
}

/** Undefined while PostgreSQL is starting up or shutting down. */
async function tryToOwn(dataDir: DataDir, postmaster: Postmaster): Promise<Client | undefined> {
  if (postmaster.socketDir === '') return undefined
  try {
    return await takeOwnership(await urlOf(dataDir, postmaster, 'postgres'), dataDir.root)
  } catch (error) {
    if (troubleOf(error) === 'connection') return undefined
    throw error
  }
}

// How long children of a PostgreSQL that was killed may take to notice.
const lingerMs = 20_000

/** Fails, unless there is reason to try again. */
async function explainExit(dataDir: DataDir, launched: Launched, elapsed: number): Promise<void> {
  // A rival's PostgreSQL had taken the folder just before.
  if ((await findPostmaster(dataDir.cluster)) !== undefined) return
  const words = await launched.logTail()
  if (words.includes('pre-existing shared memory block') && elapsed < lingerMs) return
  throw new Error(
    `The embedded PostgreSQL did not start on ${dataDir.root}. Its last words, from ${dataDir.log}:\n${words}`,
  )
}

async function undoLaunch(
  dataDir: DataDir,
  launched: Launched | undefined,
  why: unknown,
): Promise<void> {
  // The folder's new owner has adopted what we launched.
  if (launched === undefined || launched.exited() || why instanceof DataFolderInUse) return
  const postmaster = await findPostmaster(dataDir.cluster)
  if (postmaster !== undefined) await stopPostmaster(postmaster.pid, dataDir.cluster)
}

/** A URL that both pg and PostgreSQL's own programs understand. */
export async function urlOf(
  dataDir: Pick<DataDir, 'passwordFile'>,
  { socketDir }: Postmaster,
  database: string,
): Promise<string> {
  const password = encodeURIComponent(await readPassword(dataDir))
  return `postgresql://${superuser}:${password}@/${database}?host=${encodeURIComponent(socketDir)}`
}
