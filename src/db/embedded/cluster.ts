import { execFile } from 'node:child_process'
import { chown, link, open, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Random } from '../../base/index.ts'
import { randomToken } from '../../base/index.ts'
import type { Binaries } from './binaries.ts'
import { draftPrefix } from './binaries.ts'
import type { DataDir } from './data-dir.ts'
import { makePrivate } from './data-dir.ts'

const exec = promisify(execFile)

export const superuser = 'cardea'
/** What the programs of PostgreSQL see of the environment: nothing that could change their doing. */
export const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

type Needs = { readonly binaries: Binaries; readonly random: Random; readonly sync: boolean }

/** Makes the database files unless they exist. Of several starters at once, the first one wins. */
export async function ensureCluster(dataDir: DataDir, needs: Needs): Promise<void> {
  if (await exists(dataDir.cluster)) {
    await checkVersion(dataDir, needs.binaries)
    await readPassword(dataDir)
    return
  }
  const draft = path.join(dataDir.root, `${draftPrefix}${needs.random.bytes(6).toString('hex')}`)
  const password = await ensurePassword(dataDir, draft, needs.random)
  await makePrivate(draft, dataDir.user)
  try {
    await initialise(draft, dataDir, { ...needs, password })
    await rename(path.join(draft, 'cluster'), dataDir.cluster)
  } catch (error) {
    // Lost against another starter, whose owner sweeps drafts away even while they are being made.
    if (!(await exists(dataDir.cluster))) throw error
  } finally {
    await rm(draft, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }
}

export async function readPassword({
  passwordFile,
}: Pick<DataDir, 'passwordFile'>): Promise<string> {
  try {
    return (await readFile(passwordFile, 'utf8')).trim()
  } catch (error) {
    throw new Error(
      `The password of the embedded PostgreSQL cannot be read from ${passwordFile}. Restore that file from a backup, or make it readable to the user who runs Cardea.`,
      { cause: error },
    )
  }
}

/** The password is settled before the files are made, so that rivals make them with the same one. */
async function ensurePassword(dataDir: DataDir, draft: string, random: Random): Promise<string> {
  const written = `${draft}.password`
  const file = await open(written, 'wx', 0o600)
  await file.writeFile(`${randomToken(random)}\n`)
  await file.sync()
  await file.close()
  // Unlike rename, link never replaces: the file appears whole, and only once.
  await link(written, dataDir.passwordFile).catch((error: NodeJS.ErrnoException) => {
    // ENOENT: swept away by the owner, that is, by another starter that was first.
    if (error.code !== 'EEXIST' && error.code !== 'ENOENT') throw error
  })
  await rm(written, { force: true })
  return await readPassword(dataDir)
}

type Making = { readonly binaries: Binaries; readonly sync: boolean; readonly password: string }

async function initialise(draft: string, dataDir: DataDir, making: Making): Promise<void> {
  // Its own account must be able to read it, which it cannot do with ours.
  const passwordFile = path.join(draft, 'password')
  const file = await open(passwordFile, 'wx', 0o600)
  await file.writeFile(making.password)
  await file.close()
  if (dataDir.user !== undefined) await chown(passwordFile, dataDir.user.uid, dataDir.user.gid)
  const options = [
    `--pgdata=${path.join(draft, 'cluster')}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Built in, so that the order of texts never changes with the operating system's libraries.
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
    '--data-checksums',
    '--no-instructions',
    ...(making.sync ? [] : ['--no-sync']),
  ]
  try {
    await exec(making.binaries.initdb, options, { ...dataDir.user, cwd: draft, env: environment })
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    throw new Error(`PostgreSQL could not create its files in ${dataDir.root}: ${said}`, {
      cause: error,
    })
  }
}

async function checkVersion({ cluster }: DataDir, { version }: Binaries): Promise<void> {
  const found = (await readFile(path.join(cluster, 'PG_VERSION'), 'utf8')).trim()
  const ours = version.split('.')[0]
  if (found === ours) return
  throw new Error(
    `The data in ${cluster} was written by PostgreSQL ${found}; this Cardea brings PostgreSQL ${ours}. Make a backup with the earlier Cardea and restore it into a new data folder.`,
  )
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined
}
