import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Failure } from '../../src/base/index.ts'
import type { Db } from '../../src/db/index.ts'
import { createDb, sql } from '../../src/db/index.ts'
import type { PostgresCluster } from '../harness/postgres-cluster.ts'
import { startPostgresCluster } from '../harness/postgres-cluster.ts'

let cluster: PostgresCluster
let db: Db
const open = () => createDb({ url: cluster.primary.url(), poolSize: 2, statementTimeoutMs: 500 })

before(async () => {
  cluster = await startPostgresCluster()
  await cluster.primary.query('CREATE TABLE t (n int)')
  db = open()
})
after(async () => {
  await db?.close()
  await cluster?.close()
})

const unavailable = (error: unknown) => error instanceof Failure && error.kind.status === 503

test('what no synchronous standby has confirmed in time is not called done', async () => {
  const standby = await cluster.addStandby('standby')
  await cluster.synchronous(cluster.primary, standby)
  await db.run(sql`INSERT INTO t VALUES (1)`)
  await db.transaction((tx) => tx.run(sql`INSERT INTO t VALUES (2)`))
  await standby.stop('immediate')
  await assert.rejects(db.run(sql`INSERT INTO t VALUES (3)`), unavailable)
  await assert.rejects(
    db.transaction((tx) => tx.run(sql`INSERT INTO t VALUES (4)`)),
    unavailable,
  )
  await cluster.synchronous(cluster.primary, undefined)
  // The very same connections are good again.
  await db.run(sql`INSERT INTO t VALUES (5)`)
  await db.transaction((tx) => tx.run(sql`INSERT INTO t VALUES (6)`))
})

test('connections to a primary that has become a standby are replaced', async () => {
  await cluster.primary.query(
    'ALTER DATABASE cardea SET default_transaction_read_only = on',
    'postgres',
  )
  const other = open()
  try {
    assert.equal((await other.many(sql`SELECT 1`)).length, 1)
    await other.transaction((tx) => tx.many(sql`SELECT 1`))
    await cluster.primary.query(
      'ALTER DATABASE cardea RESET default_transaction_read_only',
      'postgres',
    )
    await other.run(sql`INSERT INTO t VALUES (7)`)
    await other.transaction((tx) => tx.run(sql`INSERT INTO t VALUES (8)`))
  } finally {
    await other.close()
  }
})
