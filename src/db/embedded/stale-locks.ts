import { chmod, chown, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import { isServing, pidFile, socketDirIn } from './postmaster.ts'

const socketName = '.s.PGSQL.5432'

/** The lock files that a PostgreSQL on this folder leaves when it is killed. */
export type LockPlaces = { readonly cluster: string; readonly socketDir: string }

/**
 * Lets PostgreSQL get over the lock files of a dead one. It does so by itself, but not when their
 * process number still counts as a process of the same user: another one by now, or a zombie, as is
 * common in containers. The number becomes ours, the parent's, which PostgreSQL knows to be no rival.
 * The files must never be removed: by the shared memory named there PostgreSQL finds out whether
 * children of the dead one still write. To be called by one starter at a time only.
 */
export async function disownStaleLocks({ cluster, socketDir }: LockPlaces): Promise<void> {
  await disown(path.join(cluster, pidFile), cluster)
  await disown(path.join(socketDir, `${socketName}.lock`), cluster)
}

async function disown(file: string, cluster: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const [first = '', ...rest] = text.split('\n')
  // Negative for a PostgreSQL in single-user mode.
  const pid = Math.abs(Number(first))
  if (!Number.isInteger(pid) || pid === 0 || (await isServing(pid, cluster))) return
  const { uid, gid, mode } = await stat(file)
  const draft = `${file}.cardea`
  await writeFile(draft, [process.pid, ...rest].join('\n'))
  await chown(draft, uid, gid)
  await chmod(draft, mode & 0o777)
  await rename(draft, file)
}

/**
 * True when a PostgreSQL that is no process of ours answers at the folder's socket: one in another
 * container with the same volume, which no process number would ever tell.
 */
export async function isServedElsewhere(cluster: string): Promise<boolean> {
  const socketDir = await socketDirIn(cluster)
  if (socketDir === '') return false
  return await new Promise((resolve) => {
    const socket = connect(path.join(socketDir, socketName))
    const answer = (served: boolean) => () => {
      socket.destroy()
      resolve(served)
    }
    socket.once('connect', answer(true)).once('error', answer(false))
  })
}
