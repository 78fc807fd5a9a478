import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics, type Metrics } from './index.ts'

/** The samples of the text format, by name and labels. */
async function samples(metrics: Metrics): Promise<Map<string, number>> {
  const { contentType, body } = await metrics.render()
  assert.match(contentType, /^text\/plain; version=0\.0\.4/)
  assert.ok(body.endsWith('\n'))
  const found = new Map<string, number>()
  for (const line of body.split('\n')) {
    if (line === '' || line.startsWith('# ')) continue
    const match = /^([a-z_:][a-z0-9_:]*(?:\{[^{}]*\})?) (\S+)$/i.exec(line)
    assert.ok(match?.[1] !== undefined, line)
    assert.ok(!found.has(match[1]), `twice: ${line}`)
    found.set(match[1], Number(match[2]))
  }
  return found
}

test('every measurement is rendered in the text format', async () => {
  const metrics = createMetrics()
  metrics.httpRequest({ method: 'POST', route: '/oauth/token', status: 200, seconds: 0.004 })
  metrics.httpRequest({ method: 'POST', route: '/oauth/token', status: 200, seconds: 3 })
  metrics.login('success')
  metrics.tokenIssued('refresh_token', 'issued')
  metrics.mfaVerification('totp', 'refused')
  metrics.emergencyAccess('used')
  metrics.passwordHashed(0.03)
  metrics.databaseStatement('pipeline')
  metrics.jobRun('sweep', 'done')
  metrics.rowsSwept('codes', 41)
  metrics.rowsSwept('codes', 1)
  metrics.queuedJob('mail.send', 'failed')
  metrics.mail('dropped')
  metrics.watchQueue(async () => ({ waiting: 3, dead: 1 }))
  metrics.watchHashQueue(() => 7)
  metrics.watchPool(() => ({
    pool: { total: 10, idle: 4, waiting: 2, limit: 10 },
    pipeline: { open: 2, under_way: 5, limit: 2 },
  }))
  metrics.poolWaited(0.002)
  metrics.replicaRead('primary', 'behind')
  metrics.watchReplica({ stats: () => ({ total: 1 }), lag: async () => 1.5 })
  const found = await samples(metrics)
  const request = 'method="POST",route="/oauth/token",status="200"'
  const expected: Record<string, number> = {
    [`http_request_duration_seconds_bucket{le="0.005",${request}}`]: 1,
    [`http_request_duration_seconds_bucket{le="+Inf",${request}}`]: 2,
    [`http_request_duration_seconds_count{${request}}`]: 2,
    'cardea_logins_total{outcome="success"}': 1,
    'cardea_db_pool{state="limit"}': 10,
    'cardea_db_pipeline{state="under_way"}': 5,
    'cardea_db_pool_wait_seconds_bucket{le="0.005"}': 1,
    'cardea_db_replica_reads_total{by="primary",why="behind"}': 1,
    'cardea_db_replica_pool{state="total"}': 1,
    cardea_db_replica_lag_seconds: 1.5,
    'cardea_tokens_issued_total{grant="refresh_token",outcome="issued"}': 1,
    'cardea_mfa_verifications_total{factor="totp",outcome="refused"}': 1,
    'cardea_emergency_access_total{event="used"}': 1,
    cardea_password_hash_seconds_count: 1,
    cardea_password_hash_queue: 7,
    'cardea_db_statement_total{kind="pipeline"}': 1,
    'cardea_db_pool{state="total"}': 10,
    'cardea_db_pool{state="idle"}': 4,
    'cardea_db_pool{state="waiting"}': 2,
    'cardea_jobs_total{job="sweep",outcome="done"}': 1,
    'cardea_rows_swept_total{table="codes"}': 42,
    'cardea_queued_jobs_total{kind="mail.send",outcome="failed"}': 1,
    'cardea_mails_total{outcome="dropped"}': 1,
    'cardea_queued_jobs{state="waiting"}': 3,
    'cardea_queued_jobs{state="dead"}': 1,
    cardea_refresh_reuse_total: 0,
  }
  for (const [name, value] of Object.entries(expected)) assert.equal(found.get(name), value, name)
})

test('the gauges are asked at every reading', async () => {
  const metrics = createMetrics()
  let depth = 0
  metrics.watchHashQueue(() => depth)
  assert.equal((await samples(metrics)).get('cardea_password_hash_queue'), 0)
  depth = 3
  assert.equal((await samples(metrics)).get('cardea_password_hash_queue'), 3)
})

test('a depth of the queue that cannot be read is left out, and the rest is told', async () => {
  const metrics = createMetrics()
  metrics.watchQueue(async () => ({ waiting: 3 }))
  assert.equal((await samples(metrics)).get('cardea_queued_jobs{state="waiting"}'), 3)
  metrics.watchQueue(() => Promise.reject(new Error('the database is away')))
  const found = await samples(metrics)
  assert.ok(![...found.keys()].some((key) => key.startsWith('cardea_queued_jobs{')))
  assert.equal(found.get('cardea_refresh_reuse_total'), 0)
})

test('the process and its event loop are measured', async () => {
  const found = await samples(createMetrics())
  assert.ok((found.get('process_resident_memory_bytes') ?? 0) > 0)
  assert.ok(found.has('nodejs_eventloop_lag_seconds'))
  assert.ok(found.has('nodejs_eventloop_lag_p99_seconds'))
})

test('a method that a client invented does not become a series', async () => {
  const metrics = createMetrics()
  for (const method of ['HACK1', 'HACK2']) {
    metrics.httpRequest({ method, route: '/x', status: 405, seconds: 0 })
  }
  const found = await samples(metrics)
  const name = 'http_request_duration_seconds_count{method="other",route="/x",status="405"}'
  assert.equal(found.get(name), 2)
  assert.ok(![...found.keys()].some((key) => key.includes('HACK')))
})

test('two servers in one process do not share their counts', async () => {
  const [a, b] = [createMetrics(), createMetrics()]
  a.refreshReuse()
  assert.equal((await samples(a)).get('cardea_refresh_reuse_total'), 1)
  assert.equal((await samples(b)).get('cardea_refresh_reuse_total'), 0)
})
