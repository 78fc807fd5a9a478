import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caughtUp, startPostgresCluster } from './postgres-cluster.ts'

test('what a primary commits survives its crash, and reaches a synchronous standby that is promoted', async () => {
  const cluster = await startPostgresCluster()
  try {
    const { primary } = cluster
    await primary.query('CREATE TABLE t (n int)')
    const standby = await cluster.addStandby('standby')
    await cluster.synchronous(primary, standby)
    await primary.query('INSERT INTO t VALUES (1)')
    await primary.stop('immediate')
    await primary.start()
    await primary.query('INSERT INTO t VALUES (2)')
    await caughtUp(primary, standby)
    await assert.rejects(standby.query('INSERT INTO t VALUES (3)'), /read-only/)
    await primary.stop('immediate')
    await standby.promote()
    await standby.query('INSERT INTO t VALUES (3)')
    const next = await cluster.addStandby('next', standby)
    await caughtUp(standby, next)
    assert.deepEqual(await next.query('SELECT n FROM t ORDER BY n'), [{ n: 1 }, { n: 2 }, { n: 3 }])
  } finally {
    await cluster.close()
  }
})
