import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** An operating system user, as `spawn` and `chown` want it. */
export type OsUser = { readonly uid: number; readonly gid: number }

const accountName = 'postgres'
// Whoever owns nothing: stands for an account that is yet to be created.
const nobody: OsUser = { uid: -1, gid: -1 }

export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/**
 * Whom PostgreSQL runs as: undefined for "whoever runs Cardea". PostgreSQL refuses to run as root,
 * so root hands it to the owner of the existing data, and else to the account `postgres`.
 */
export async function serverUser(clusterDir: string): Promise<OsUser | undefined> {
  if (!isRoot()) return undefined
  const cluster = statSync(clusterDir, { throwIfNoEntry: false })
  if (cluster !== undefined && cluster.uid !== 0) return { uid: cluster.uid, gid: cluster.gid }
  const known = await findAccount()
  if (known !== undefined) return known
  await createAccount()
  const created = await findAccount()
  if (created === undefined) throw new Error(noAccount('it is still missing after useradd'))
  return created
}

/** The account `postgres`, or a stand-in without any rights while there is none. */
export async function findAccount(): Promise<OsUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([
      exec('id', ['-u', accountName]),
      exec('id', ['-g', accountName]),
    ])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return undefined
  }
}

async function createAccount(): Promise<void> {
  try {
    // The group may be there already; useradd tells whatever is really wrong.
    await exec('groupadd', ['--system', accountName]).catch(() => undefined)
    const shell = ['--no-create-home', '--shell', '/usr/sbin/nologin']
    await exec('useradd', ['--system', '--gid', accountName, ...shell, accountName])
  } catch (error) {
    throw new Error(noAccount(error instanceof Error ? error.message : String(error)), {
      cause: error,
    })
  }
}

function noAccount(why: string): string {
  return `PostgreSQL does not run as root and the account "${accountName}" could not be created (${why}). Run Cardea as an ordinary user, create that account, or set DATABASE_URL.`
}

/** The first folder on the way to `target`, itself included, that `user` cannot pass; ACLs aside. */
export function firstBarrier(target: string, user: OsUser = nobody): string | undefined {
  const folders: string[] = []
  for (let at = path.resolve(target); ; at = path.dirname(at)) {
    folders.unshift(at)
    if (at === path.dirname(at)) break
  }
  return folders.find((folder) => {
    const facts = statSync(folder, { throwIfNoEntry: false })
    return facts?.isDirectory() === true && !mayPass(facts, user)
  })
}

function mayPass(folder: { uid: number; gid: number; mode: number }, user: OsUser): boolean {
  if (user.uid === 0) return true
  if (folder.uid === user.uid) return (folder.mode & 0o100) !== 0
  if (folder.gid === user.gid) return (folder.mode & 0o010) !== 0
  return (folder.mode & 0o001) !== 0
}
