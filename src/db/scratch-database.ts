import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from 'pg'
import { randomToken, secureRandom } from '../base/index.ts'
import type { EmbeddedPostgres } from './embedded/start.ts'
import { startEmbedded } from './embedded/start.ts'

/** For tests: a database of their own, and how to be rid of it. */
export type ScratchDatabase = { readonly url: string; readonly drop: () => Promise<void> }

/** On the server at `adminUrl` where one is given, else on an embedded one started for it. */
export async function scratchDatabase(adminUrl: string | undefined): Promise<ScratchDatabase> {
  return adminUrl === undefined ? await scratchServer() : await scratchOn(adminUrl)
}

async function scratchOn(adminUrl: string): Promise<ScratchDatabase> {
  const name = `scratch_${secureRandom.bytes(8).toString('hex')}`
  await asAdmin(adminUrl, `CREATE DATABASE ${name}`)
  return {
    url: adminUrl.replace(/^([^/]*\/\/[^/]*\/)[^?]*/, `$1${name}`),
    drop: () => asAdmin(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`),
  }
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

async function scratchServer(): Promise<ScratchDatabase> {
  const { dir, remove } = await scratchFolder()
  const server = await startQuick(dir)
  return {
    url: server.url,
    async drop() {
      await server.stop()
      await remove()
    },
  }
}

/** An empty folder that PostgreSQL's own account can reach, too. */
export async function scratchFolder(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(path.join(tmpdir(), `cardea-${randomToken(secureRandom, 3)}-`))
  await chmod(dir, 0o755)
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) }
}

/** Without waiting for the disk, which only a crash of the machine would notice. */
export async function startQuick(
  dataDir: string,
  log: (line: string) => void = () => undefined,
): Promise<EmbeddedPostgres> {
  return await startEmbedded({ dataDir, log, settings: { fsync: 'off' } })
}
