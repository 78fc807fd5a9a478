import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../src/base/index.ts'
import type { Db } from '../../src/db/index.ts'
import { createDb, sql } from '../../src/db/index.ts'
import type { CardeaProcess } from '../harness/cardea-process.ts'
import { freePort, startCardea, temporaryFolder } from '../harness/cardea-process.ts'
import { createOwner, registerClient, signInByApi } from '../harness/cardea-admin.ts'
import { commandIn } from '../harness/command.ts'
import type { Pgbouncer } from '../harness/pgbouncer.ts'
import { startPgbouncer, withoutPgbouncer } from '../harness/pgbouncer.ts'
import type { PostgresCluster } from '../harness/postgres-cluster.ts'
import { startPostgresCluster } from '../harness/postgres-cluster.ts'
import { callback } from '../harness/server.ts'
import { failuresSince, summary } from './journal.ts'
import { startLoad } from './load.ts'
import { verify } from './verify.ts'

const person = { username: 'owner', password: 'correct horse battery staple' }

describe('behind PgBouncer in transaction mode', { skip: withoutPgbouncer }, () => {
  let postgres: PostgresCluster
  let pooler: Pgbouncer
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let server: CardeaProcess
  let refusal: Promise<unknown>

  before(async () => {
    ;[postgres, folder] = await Promise.all([startPostgresCluster(), temporaryFolder()])
    pooler = await startPgbouncer({
      serverUrl: postgres.primary.url(),
      databases: [
        'boundless = HOST dbname=cardea',
        'narrow = HOST dbname=cardea pool_size=1',
        `hasty = HOST dbname=cardea pool_size=2 connect_query='SET statement_timeout = 300; SET idle_in_transaction_session_timeout = 400'`,
      ],
    })
    // Takes as long as the pooler lets somebody wait.
    refusal = refusalOf(pooler.url('narrow'))
  })
  after(async () => {
    await refusal
    await server?.stop()
    await pooler?.close()
    await postgres?.close()
    await folder?.remove()
  })

  const settings = (more: Readonly<Record<string, string>> = {}) => ({
    DATABASE_URL: pooler.url('cardea'),
    CARDEA_DATABASE_POOLER: 'transaction',
    ...more,
  })
  const cardea = (command: string, env: Readonly<Record<string, string>>) =>
    commandIn(folder.path, command.split(' '), env)

  test('a pooler that was not declared, or that has no limits of time, is told of and not served behind', async () => {
    const undeclared = await cardea('config check', { DATABASE_URL: pooler.url('cardea') })
    assert.equal(undeclared.code, 1, undeclared.output)
    assert.match(undeclared.output, /leads to a pooler: set CARDEA_DATABASE_POOLER=transaction/)
    const boundless = await cardea(
      'config check',
      settings({ DATABASE_URL: pooler.url('boundless') }),
    )
    assert.equal(boundless.code, 1, boundless.output)
    assert.match(boundless.output, /statement_timeout is not set/)
    assert.match(boundless.output, /idle_in_transaction_session_timeout is not set/)
    assert.match(boundless.output, /ALTER ROLE/)
    const served = await cardea('serve', settings({ DATABASE_URL: pooler.url('boundless') }))
    assert.notEqual(served.code, 0)
    assert.match(served.output, /statement_timeout is not set/)
    const sound = await cardea('config check', settings())
    assert.equal(sound.code, 0, sound.output)
  })

  test('migrations want a session of their own, and get it by the direct address', async () => {
    const refused = await cardea('migrate up', settings())
    assert.notEqual(refused.code, 0)
    assert.match(refused.output, /CARDEA_DATABASE_DIRECT_URL/)
    const direct = settings({ CARDEA_DATABASE_DIRECT_URL: pooler.url('cardea_direct') })
    // Two at once: each migration happens once, and no lock is left behind in the pooler.
    const [one, other] = await Promise.all([
      cardea('migrate up', direct),
      cardea('migrate up', direct),
    ])
    assert.deepEqual([one.code, other.code], [0, 0], one.output + other.output)
    const held = await postgres.primary.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")
    assert.deepEqual(held, [])
    // What is left to do needs no direct address.
    const status = await cardea('migrate status', settings())
    assert.match(status.output, /applied/)
    assert.doesNotMatch(status.output, /pending/)
  })

  test('a crowd is served through a few connections, and what was promised holds when the pooler dies', async (t) => {
    const port = await freePort()
    const env = settings({
      CARDEA_PASSWORD_ARGON2_MEMORY_KIB: '1024',
      CARDEA_PASSWORD_ARGON2_ITERATIONS: '1',
      CARDEA_LIMITS_ENABLED: 'false',
    })
    server = await startCardea({ dataDir: folder.path, port, env })
    await createOwner(await server.setupLink(), person)
    const adminToken = await signInByApi(server.url, person)
    const app = await registerClient(server.url, adminToken, {
      client_name: 'Application',
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
    })
    const machine = await registerClient(server.url, adminToken, {
      client_name: 'Machine',
      grant_types: ['client_credentials'],
    })
    const world = { url: server.url, app, machine, adminToken, person }
    const load = await startLoad(world)
    const began = performance.now()
    await sleep(2000)
    assert.deepEqual(failuresSince(load.journal, began), [])
    const backends = await postgres.primary.query(
      "SELECT 1 FROM pg_stat_activity WHERE application_name = 'cardea'",
    )
    assert.ok(backends.length <= 24, `${backends.length} connections to PostgreSQL`)
    const killed = performance.now()
    await pooler.kill()
    await sleep(300)
    await pooler.start()
    await sleep(2000)
    const failed = failuresSince(load.journal, killed)
    t.diagnostic(`${load.journal.outcomes.length} requests, failed: ${summary(failed)}`)
    assert.deepEqual(
      failed.filter(({ status }) => status !== 503),
      [],
    )
    const settled = failuresSince(load.journal, performance.now() - 1000)
    assert.deepEqual(settled, [])
    await load.stop()
    assert.deepEqual(await verify({ nodes: [server] }, world, load.journal), [])
  })

  describe('the limits of time', () => {
    let hasty: Db
    before(() => {
      hasty = createDb({
        url: pooler.url('hasty'),
        poolSize: 4,
        pooler: 'transaction',
        namedStatements: false,
      })
    })
    after(() => hasty.close())

    test('a statement that hangs is given up, alone and in a transaction', async () => {
      const began = performance.now()
      const slow = sql`SELECT pg_sleep(30)`
      await Promise.all([
        assert.rejects(hasty.many(slow), isUnavailable),
        assert.rejects(
          hasty.transaction((tx) => tx.many(slow)),
          isUnavailable,
        ),
      ])
      assert.ok(performance.now() - began < 3000)
      assert.deepEqual(await hasty.many(sql`SELECT 1 AS one`), [{ one: 1 }])
    })

    test('a transaction whose process stopped in the middle loses its locks', async () => {
      await hasty.run(sql`CREATE TABLE IF NOT EXISTS things (id integer)`)
      let tries = 0
      const late = hasty.transaction(async (tx) => {
        tries += 1
        await tx.run(sql`LOCK TABLE things`)
        if (tries === 1) await sleep(800)
        await tx.run(sql`INSERT INTO things VALUES (1)`)
      })
      await sleep(100)
      await hasty.transaction((tx) => tx.run(sql`INSERT INTO things VALUES (2)`)).catch(() => {})
      await late
      assert.equal(tries, 2)
      assert.equal((await hasty.many(sql`SELECT id FROM things WHERE id = 1`)).length, 1)
    })

    test('who finds no connection free in the pooler is told to come again, and why', async () => {
      const error = await refusal
      assert.ok(isUnavailable(error))
      assert.match(
        String(error instanceof Failure && error.details.log?.advice),
        /default_pool_size/,
      )
    })
  })
})

function isUnavailable(error: unknown): boolean {
  return error instanceof Failure && error.kind.status === 503
}

/** What somebody is told while somebody else has the only connection. */
async function refusalOf(url: string): Promise<unknown> {
  const db = createDb({ url, poolSize: 2, pooler: 'transaction', namedStatements: false })
  const held = db.transaction((tx) => tx.many(sql`SELECT pg_sleep(7)`))
  await sleep(200)
  const refused = await db.many(sql`SELECT 1`).then(String, (error: unknown) => error)
  await held
  await db.close()
  return refused
}
