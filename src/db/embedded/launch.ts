import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { open, readFile, rename, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import { environment } from './cluster.ts'
import type { DataDir } from './data-dir.ts'
import { findPostmaster } from './postmaster.ts'
import { disownStaleLocks } from './stale-locks.ts'

/** For a small server that shares its machine; given at each start, so that they follow upgrades. */
const baseSettings: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  password_encryption: 'scram-sha-256',
  max_connections: '60',
  shared_buffers: '64MB',
  jit: 'off',
  // No helper processes that a server of this size has no use for.
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  max_logical_replication_workers: '0',
  autovacuum_max_workers: '2',
  autovacuum_worker_slots: '4',
  // /dev/shm is small in containers.
  min_dynamic_shared_memory: '0',
  max_wal_senders: '2',
  wal_buffers: '4MB',
  min_wal_size: '64MB',
  max_wal_size: '512MB',
  wal_compression: 'on',
  checkpoint_timeout: '15min',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
}

export type Launch = {
  readonly binaries: Binaries
  readonly socketDir: string
  readonly settings: Readonly<Record<string, string>>
}

const pollMs = 10

/** A PostgreSQL process we started; `exited` is set once it ended. */
export type Launched = { readonly exited: () => boolean; readonly logTail: () => Promise<string> }

/** Starts PostgreSQL and returns once it has taken the folder, or has ended. */
export async function launch(dataDir: DataDir, how: Launch): Promise<Launched> {
  // Elsewhere there is no lock to do this under, and neither are there containers.
  if (process.platform === 'linux') {
    await disownStaleLocks({ cluster: dataDir.cluster, socketDir: how.socketDir })
  }
  await rotateLog(dataDir.log)
  const launched = await spawnServer(dataDir, how)
  while (!launched.exited() && (await findPostmaster(dataDir.cluster)) === undefined) {
    await sleep(pollMs)
  }
  return launched
}

async function spawnServer(dataDir: DataDir, how: Launch): Promise<Launched> {
  const settings = { ...baseSettings, unix_socket_directories: how.socketDir, ...how.settings }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log = await open(dataDir.log, 'a', 0o600)
  const logStart = (await log.stat()).size
  let over = false
  try {
    // A session of its own, so that Ctrl-C at our terminal does not reach it before we are done.
    const child = spawn(how.binaries.postgres, ['-D', dataDir.cluster, ...flags], {
      ...dataDir.user,
      cwd: dataDir.cluster,
      detached: true,
      env: environment,
      stdio: ['ignore', log.fd, log.fd],
    })
    child.once('exit', () => {
      over = true
    })
    await spawned(child)
    child.unref()
  } finally {
    await log.close()
  }
  return { exited: () => over, logTail: () => tail(dataDir.log, logStart) }
}

async function spawned(child: ChildProcess): Promise<void> {
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
}

const largestLog = 10 * 1024 * 1024

async function rotateLog(file: string): Promise<void> {
  const size = (await stat(file).catch(() => undefined))?.size ?? 0
  if (size > largestLog) await rename(file, `${file}.1`)
}

const tailLines = 12

async function tail(file: string, start: number): Promise<string> {
  const written = await readFile(file).catch(() => Buffer.alloc(0))
  const lines = written.subarray(start).toString('utf8').trim().split('\n')
  return lines.slice(-tailLines).join('\n')
}
