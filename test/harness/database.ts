import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from 'pg'
import { secureRandom } from '../../src/base/index.ts'
import { createDb, migrateUp, startEmbedded } from '../../src/db/index.ts'
import { createSealer, openKeyRing } from '../../src/keys/index.ts'

/** Of every test server. */
export const masterKey = Buffer.alloc(32, 7)

export type TestDatabase = { readonly url: string; close(): Promise<void> }

/**
 * A fresh, migrated database of its own: on the server of CARDEA_TEST_DATABASE_URL when that is set,
 * otherwise on an embedded one that this process shares and that ends with the last database.
 */
export async function testDatabase(
  options: { readonly withKeys?: boolean } = {},
): Promise<TestDatabase> {
  const server = await takeServer()
  const name = `cardea_test_${randomBytes(6).toString('hex')}`
  try {
    const copied = await hasTemplate(server.url)
    const from = options.withKeys === true ? templateWithKeys : template
    // Copying the files takes a fraction of the time that writing each page through the log takes.
    await administer(
      server.url,
      `CREATE DATABASE ${name} ${copied ? `TEMPLATE ${from} STRATEGY FILE_COPY` : ''}`,
    )
    const url = onDatabase(server.url, name)
    if (!copied) await migrateUp(url)
    return {
      url,
      close: async () => {
        await administer(server.url, `DROP DATABASE ${name} WITH (FORCE)`)
        await server.release()
      },
    }
  } catch (error) {
    await server.release()
    throw error
  }
}

const template = 'cardea_test_template'
/** The same with signing keys, which take a while to make. */
const templateWithKeys = 'cardea_test_template_keys'

/** Makes the migrated database that `testDatabase` copies, which is faster than migrating each. */
export async function createTemplate(serverUrl: string): Promise<void> {
  for (const name of [template, templateWithKeys]) {
    await administer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    await administer(serverUrl, `CREATE DATABASE ${name}`)
    await migrateUp(onDatabase(serverUrl, name))
  }
  const db = createDb({ url: onDatabase(serverUrl, templateWithKeys), poolSize: 1 })
  const sealer = createSealer([masterKey], secureRandom)
  const clock = { now: () => new Date(0) }
  const keys = await openKeyRing({ db, clock, sealer })
  keys.close()
  await db.close()
}

async function hasTemplate(serverUrl: string): Promise<boolean> {
  const found = `SELECT 1 FROM pg_database WHERE datname = '${template}'`
  return (await administer(serverUrl, found)) > 0
}

type Server = { readonly url: string; readonly stop: () => Promise<void> }

let shared: { readonly server: Promise<Server>; users: number } | undefined

async function takeServer(): Promise<{ url: string; release: () => Promise<void> }> {
  const given = process.env.CARDEA_TEST_DATABASE_URL
  if (given) return { url: given, release: async () => undefined }
  shared ??= { server: startServer(), users: 0 }
  const mine = shared
  mine.users += 1
  const release = async () => {
    mine.users -= 1
    if (mine.users > 0) return
    shared = undefined
    await (await mine.server).stop()
  }
  return { url: (await mine.server).url, release }
}

async function startServer(): Promise<Server> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'cardea-test-'))
  await chmod(dataDir, 0o755) // PostgreSQL runs as another user when this is root
  const settings = { fsync: 'off', synchronous_commit: 'off', max_connections: '200' }
  const embedded = await startEmbedded({ dataDir, log: () => undefined, settings })
  const stop = async () => {
    await embedded.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  return { url: embedded.url, stop }
}

async function administer(url: string, statement: string): Promise<number> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rowCount ?? 0
  } finally {
    await client.end()
  }
}

/** By text, because a URL of a socket has no host, which the URL class refuses. */
function onDatabase(url: string, name: string): string {
  return url.replace(/^([a-z]+:\/\/[^/]*\/)[^?]*/, `$1${name}`)
}
