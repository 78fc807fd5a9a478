import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { stopwatch } from '../../base/index.ts'

const exec = promisify(execFile)

/** A PostgreSQL that runs on a data folder, as it says itself in `postmaster.pid`. */
export type Postmaster = { readonly pid: number; readonly socketDir: string }

export const pidFile = 'postmaster.pid'

export async function findPostmaster(clusterDir: string): Promise<Postmaster | undefined> {
  const [first] = await pidFileLines(clusterDir)
  const pid = Number(first)
  if (!Number.isInteger(pid) || pid <= 0 || !(await isServing(pid, clusterDir))) return undefined
  return { pid, socketDir: await socketDirIn(clusterDir) }
}

/** The folder of the socket, empty until there is one. */
export async function socketDirIn(clusterDir: string): Promise<string> {
  return (await pidFileLines(clusterDir))[4] ?? ''
}

/** Line 1 is the process, 5 the folder of the socket (PostgreSQL: LOCK_FILE_LINE_* in pidfile.h). */
async function pidFileLines(clusterDir: string): Promise<string[]> {
  const text = await readFile(path.join(clusterDir, pidFile), 'utf8').catch(() => '')
  return text.split('\n')
}

/**
 * True while `pid` is a PostgreSQL started on this folder. The number alone proves nothing: after a
 * crash or in a container that was started again it may be any process, or a zombie.
 */
export async function isServing(pid: number, clusterDir: string): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  const command =
    process.platform === 'linux'
      ? await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      : await commandOf(pid)
  return command.includes(clusterDir)
}

async function commandOf(pid: number): Promise<string> {
  const answer = await exec('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(
    () => undefined,
  )
  return answer?.stdout ?? ''
}

const pollMs = 20
const fastShutdownMs = 20_000
const immediateShutdownMs = 10_000

/** Ends PostgreSQL and waits until it is gone, and its children with it. */
export async function stopPostmaster(pid: number, clusterDir: string): Promise<void> {
  const steps = [
    // Fast shutdown: ends sessions, writes a checkpoint.
    ['SIGINT', fastShutdownMs],
    // Immediate shutdown: recovers at the next start. PostgreSQL itself kills children that linger.
    ['SIGQUIT', immediateShutdownMs],
  ] as const
  for (const [signal, limit] of steps) {
    if (!(await isServing(pid, clusterDir))) return
    signalTo(pid, signal)
    const elapsed = stopwatch()
    while (elapsed() < limit) {
      if (!(await isServing(pid, clusterDir))) return
      await sleep(pollMs)
    }
  }
  throw new Error(`PostgreSQL (process ${pid}) on ${clusterDir} does not stop.`)
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It ended by itself in the meantime.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
