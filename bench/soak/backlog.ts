import { createHistogram, performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { obtainTokens, refresh } from '../../test/harness/oauth.ts'
import type { TestServer } from '../../test/harness/server.ts'
import { testServer } from '../../test/harness/server.ts'

const seconds = 15
const workers = 4

/** So many expired rows, worked off while others refresh their tokens: what they notice of it. */
export async function workOffBacklog(rows: number): Promise<string[]> {
  const server = await testServer()
  const reader = new Client({ connectionString: server.databaseUrl })
  await reader.connect()
  try {
    await fillExpired(server, reader, rows)
    const crew = await Promise.all(Array.from({ length: workers }, () => refresher(server)))
    console.log('| refreshing beside | per s | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|')
    await measure('nothing', crew, () => sleep(seconds * 1000))
    const begun = performance.now()
    server.app.jobs.start()
    await measure(`the sweep of ${rows} rows`, crew, () => emptied(server, reader))
    const took = (performance.now() - begun) / 1000
    await measure('nothing again', crew, () => sleep(seconds * 1000))
    console.log(`\n${rows} rows in ${took.toFixed(0)} s, ${Math.round(rows / took)} per s`)
    return []
  } finally {
    await reader.end()
    await server.close()
  }
}

async function fillExpired(server: TestServer, reader: Client, rows: number): Promise<void> {
  const { id } = await server.user()
  await reader.query(
    `INSERT INTO sessions (id, digest, kind, user_id, auth_time, amr, acr, created_at, last_seen_at, expires_at)
     SELECT gen_random_uuid(), sha256(i::text::bytea), 'browser', $1, now(), '{}', '', now(), now(),
       now() - i * interval '1 second' FROM generate_series(601, $2 + 600) i`,
    [id, rows],
  )
  await reader.query('VACUUM ANALYZE sessions')
  await reader.query('CHECKPOINT')
}

async function emptied(server: TestServer, reader: Client): Promise<void> {
  for (;;) {
    await sleep(1000)
    server.statements()
    const { rows } = await reader.query('SELECT 1 FROM sessions WHERE expires_at < now() LIMIT 1')
    if (rows.length === 0) return
  }
}

/** One who refreshes a grant of their own again and again. */
async function refresher(server: TestServer): Promise<() => Promise<void>> {
  const client = await server.client()
  let { refresh_token: token } = await obtainTokens(server, client, await server.user())
  return async () => {
    const { status, body } = await refresh(server, client, token)
    if (status !== 200) throw new Error(`refresh: ${status}`)
    token = body.refresh_token
  }
}

async function measure(
  what: string,
  crew: readonly (() => Promise<void>)[],
  until: () => Promise<void>,
): Promise<void> {
  const latencies = createHistogram()
  let over = false
  const begun = performance.now()
  const working = crew.map(async (work) => {
    while (!over) {
      const start = performance.now()
      await work()
      latencies.record(Math.max(1, Math.round((performance.now() - start) * 1000)))
    }
  })
  await until()
  over = true
  await Promise.all(working)
  const perSecond = latencies.count / ((performance.now() - begun) / 1000)
  const ms = (percent: number) => (latencies.percentile(percent) / 1000).toFixed(1)
  console.log(`| ${[what, perSecond.toFixed(0), ms(50), ms(95), ms(99)].join(' | ')} |`)
}
