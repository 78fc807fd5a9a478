import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'

/** The data folder belongs to another process that is alive. */
export class DataFolderInUse extends Error {
  readonly dataDir: string

  constructor(dataDir: string, holder: string) {
    super(
      `The data folder ${dataDir} is in use by ${holder}. Stop it first, or use another folder.`,
    )
    this.name = 'DataFolderInUse'
    this.dataDir = dataDir
  }
}

// Any number will do, as long as nobody else locks it in the database `postgres`.
const lockKey = 4_122_017
const namePrefix = 'cardea-owner '

const attempts = 20
const pauseMs = 100

/**
 * Takes the lock that makes this process the owner of the data folder and returns the connection
 * that holds it: the lock ends with the connection, and so with the process, however that dies.
 */
export async function takeOwnership(url: string, dataDir: string): Promise<Client> {
  const client = await connectOwner(url)
  try {
    for (let attempt = 1; !(await tryLock(client)); attempt += 1) {
      const holder = await findHolder(client)
      // PostgreSQL may take a moment to notice that an owner was killed.
      const gone = holder === undefined || !isAlive(holder)
      if (!gone || attempt >= attempts) {
        throw new DataFolderInUse(
          dataDir,
          holder === undefined ? 'another process' : `process ${holder}`,
        )
      }
      await sleep(pauseMs)
    }
    return client
  } catch (error) {
    await client.end()
    throw error
  }
}

async function connectOwner(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: `${namePrefix}${process.pid}`,
    connectionTimeoutMillis: 5_000,
  })
  // Whoever holds the connection listens to `end`; an `error` without a listener ends the process.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function tryLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_lock($1) AS locked',
    [lockKey],
  )
  return rows[0]?.locked === true
}

async function findHolder(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE locktype = 'advisory' AND classid = 0 AND objid = $1 AND granted`,
    [lockKey],
  )
  const name = rows[0]?.name
  return name?.startsWith(namePrefix) === true ? Number(name.slice(namePrefix.length)) : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
