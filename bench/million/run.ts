/**
 * `npm run bench:million [-- --users 1000000]`: what a million people change. Cardea on a PostgreSQL of its own
 * (fsync on) with few people, and with very many: import, sizes, every list of the console, sign-ins, tokens,
 * decisions, memory, and the plans of all statements. Exits with 1 when a list takes 50 ms or more (p95).
 */
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbedded } from '../../src/db/index.ts'
import { createOwner, registerClient, signInByApi } from '../../test/harness/cardea-admin.ts'
import { freePort, startCardea } from '../../test/harness/cardea-process.ts'
import { withHost } from '../../test/harness/command.ts'
import { residentMib } from '../process-stats.ts'
import { mixCrowd } from './crowd.ts'
import { databaseMib, inDatabase, relations } from './database.ts'
import type { Clients } from './flows.ts'
import { callback, measureFlows } from './flows.ts'
import { importPeople } from './import.ts'
import { measureLists } from './lists.ts'
import { writePeople } from './people.ts'
import { forgetStatements, plansOfAll } from './plans.ts'
import type { Run } from './report.ts'
import { report, tooSlow } from './report.ts'

const options = {
  users: { type: 'string', default: '1000000' },
  few: { type: 'string', default: '1000' },
  plans: { type: 'boolean', default: false },
} as const
const { values } = parseArgs({ options })
const owner = { username: 'bench-owner', password: 'correct horse battery staple' }

const few = await measure(Number(values.few))
const many = await measure(Number(values.users))
console.log(report(few, many, values.plans))
if (tooSlow(many).length > 0) process.exitCode = 1

async function measure(people: number): Promise<Run> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cardea-million-'))
  await chmod(folder, 0o755) // PostgreSQL runs as another user when this is root
  const settings = {
    shared_preload_libraries: 'pg_stat_statements',
    shared_buffers: '512MB',
    max_wal_size: '4GB',
  }
  const dataDir = path.join(folder, 'pg')
  const postgres = await startEmbedded({ dataDir, log: () => undefined, settings })
  try {
    return await inThat(postgres.url, people, folder)
  } finally {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function inThat(url: string, people: number, folder: string): Promise<Run> {
  await inDatabase(url, (client) => client.query('CREATE EXTENSION pg_stat_statements'))
  const env = {
    DATABASE_URL: withHost(url),
    CARDEA_SECRET_KEY: Buffer.alloc(32, 7).toString('base64url'),
    CARDEA_LOG_LEVEL: 'warn',
    CARDEA_SESSION_API_ACCESS_LIFETIME: '1d',
    // The limits are counted, and never reached.
    CARDEA_LIMITS_LOGIN_PER_ADDRESS: '1000000',
  }
  const file = path.join(folder, 'people.jsonl')
  await writePeople(file, people)
  const { size } = await stat(file)
  const imported = await importPeople(file, env)
  await rm(file)
  say(`${people} people imported in ${imported.seconds.toFixed(0)} s`)
  await mixCrowd(url)
  const server = await startCardea({
    dataDir: path.join(folder, 'data'),
    port: await freePort(),
    env,
  })
  try {
    const idleMib = residentMib(server.pid)
    await createOwner(await server.setupLink(), owner)
    const token = await signInByApi(server.url, owner)
    const clients = await register(server.url, token)
    await allowDecisions(url, clients.machine.id)
    await forgetStatements(url)
    const lists = await measureLists(server.url, token)
    say(`${lists.length} lists measured`)
    const crowd = { people, ids: await someIds(url, 2100) }
    const flows = await measureFlows(server.url, crowd, clients)
    say(`${flows.length} flows measured`)
    return {
      people,
      fileMib: size / 2 ** 20,
      imported,
      databaseMib: await databaseMib(url),
      relations: await relations(url, 12),
      startMs: server.startMs,
      memory: { idle: idleMib, loaded: residentMib(server.pid) },
      lists,
      flows,
      plans: await plansOfAll(url),
    }
  } finally {
    await server.stop()
  }
}

function say(words: string): void {
  console.error(words)
}

async function register(url: string, token: string): Promise<Clients> {
  const machine = await registerClient(url, token, {
    client_name: 'Machine',
    grant_types: ['client_credentials'],
  })
  const app = await registerClient(url, token, {
    client_name: 'Application',
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
    id_token_signed_response_alg: 'ES256',
  })
  return { machine, app }
}

async function allowDecisions(url: string, clientId: string): Promise<void> {
  const statement = `INSERT INTO role_assignments (client_id, role_id, created_at)
    SELECT $1, id, now() FROM roles WHERE name = 'authorizer'`
  await inDatabase(url, (client) => client.query(statement, [clientId]))
}

async function someIds(url: string, most: number): Promise<readonly string[]> {
  const { rows } = await inDatabase(url, (client) =>
    client.query<{ id: string }>('SELECT id FROM users ORDER BY md5(id::text) LIMIT $1', [most]),
  )
  return rows.map(({ id }) => id)
}
