import { chmod, chown, lstat, mkdir, realpath, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sha256 } from '../../base/index.ts'
import type { OsUser } from './os-user.ts'
import { firstBarrier, isRoot, serverUser } from './os-user.ts'

const rootsDataDir = '/var/lib/cardea'

/** `<cwd>/data`; for root `/var/lib/cardea` where PostgreSQL's own account cannot reach that. */
export function defaultDataDir(cwd: string): string {
  // Judged as a stranger, so that the answer is the same before and after the account is created.
  return isRoot() && firstBarrier(cwd) !== undefined ? rootsDataDir : path.join(cwd, 'data')
}

/** The places inside one data folder. */
export type DataDir = {
  readonly root: string
  readonly cluster: string
  readonly passwordFile: string
  readonly log: string
  /** Whom PostgreSQL runs as; undefined for ourselves. */
  readonly user: OsUser | undefined
}

/** Where everything is, without touching anything. */
export function placesIn(root: string): Omit<DataDir, 'user'> {
  return {
    root,
    cluster: path.join(root, 'postgres'),
    passwordFile: path.join(root, 'postgres.password'),
    log: path.join(root, 'postgres.log'),
  }
}

/** Makes the data folder and finds out who is to serve it. */
export async function openDataDir(dataDir: string): Promise<DataDir> {
  // 0711 lets PostgreSQL's own account through to its part; each part is closed by itself.
  await mkdir(dataDir, { recursive: true, mode: isRoot() ? 0o711 : 0o700 })
  // One folder must have one name: what is running is recognised by it.
  const root = await realpath(dataDir)
  const places = placesIn(root)
  const user = await serverUser(places.cluster)
  if (user !== undefined) await letThrough(root, user)
  return { ...places, user }
}

async function letThrough(root: string, user: OsUser): Promise<void> {
  if (firstBarrier(root, user) === root) await chmod(root, (await stat(root)).mode | 0o011)
  const barrier = firstBarrier(root, user)
  if (barrier === undefined) return
  throw new Error(
    `The data folder ${root} cannot be reached by the account PostgreSQL runs as (uid ${user.uid}), because it may not pass ${barrier}. Choose a data folder elsewhere, such as ${rootsDataDir}, or run Cardea as an ordinary user.`,
  )
}

// sockaddr_un.sun_path has 108 bytes on Linux and 104 on macOS, each with its final NUL.
const longestSocketPath = process.platform === 'darwin' ? 103 : 107

/** The folder of PostgreSQL's Unix socket, which only its own account and root can enter. */
export async function openSocketDir({ root, user }: DataDir): Promise<string> {
  const inside = path.join(root, 'run')
  const fits = Buffer.byteLength(path.join(inside, '.s.PGSQL.5432')) <= longestSocketPath
  const dir = fits ? inside : path.join(tmpdir(), `cardea-${sha256(root).toString('hex', 0, 8)}`)
  await makePrivate(dir, user)
  return dir
}

/** A folder that belongs to PostgreSQL's account and is closed to everybody else. */
export async function makePrivate(dir: string, user: OsUser | undefined): Promise<void> {
  const made = await mkdir(dir, { mode: 0o700 }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false
      throw error
    },
  )
  if (made && user !== undefined) await chown(dir, user.uid, user.gid)
  // Somebody else may have put a folder or a link in its place, where the parent is the common /tmp.
  const facts = await lstat(dir)
  const owner = user?.uid ?? process.getuid?.() ?? facts.uid
  if (!facts.isDirectory() || facts.uid !== owner) {
    throw new Error(`${dir} is not a folder owned by uid ${owner}; remove it and start again.`)
  }
  if ((facts.mode & 0o077) !== 0) await chmod(dir, 0o700)
}
