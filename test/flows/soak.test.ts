import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client } from 'pg'
import type { Crowd } from '../../bench/soak/crowd.ts'
import { gatherCrowd } from '../../bench/soak/crowd.ts'
import type { ManualClock } from '../../src/base/index.ts'
import { manualClock } from '../../src/base/index.ts'
import { createLog } from '../../src/telemetry/index.ts'
import { eraseUsers, expiries, sweepTables } from '../../src/sweeps.ts'
import { accountCore } from '../../src/accounts.ts'
import type { TestServer } from '../harness/server.ts'
import { masterKey, testServer } from '../harness/server.ts'

/** A short soak: the long one is `npm run bench:soak`. */
let clock: ManualClock
let server: TestServer
let crowd: Crowd
let reader: Client
let sweep: () => Promise<void>

const hour = 3600
const day = 24 * hour
const never = new AbortController().signal

before(async () => {
  clock = manualClock(new Date())
  server = await testServer({
    clock,
    env: {
      CARDEA_REGISTRATION_MODE: 'open',
      CARDEA_SESSION_ABSOLUTE_LIFETIME: '1d',
      CARDEA_OAUTH_REFRESH_IDLE_LIFETIME: '1d',
      CARDEA_OAUTH_REFRESH_ABSOLUTE_LIFETIME: '1d',
      CARDEA_SESSION_API_REFRESH_LIFETIME: '1d',
      CARDEA_ACCOUNT_DELETION_GRACE: '1d',
    },
  })
  reader = new Client({ connectionString: server.databaseUrl })
  await reader.connect()
  const needs = {
    ...server.app,
    config: server.config,
    log: createLog({ level: 'silent', format: 'json' }),
  }
  const core = accountCore(server.config, masterKey, needs)
  const runs = [sweepTables(needs), eraseUsers({ ...needs, core })]
  sweep = async () => {
    for (const run of runs) while ((await run(never)) === 'again');
  }
  crowd = await gatherCrowd(server, 6)
  server.app.queue.start()
})
after(async () => {
  await reader?.end()
  await server?.close()
})

async function counts(): Promise<Map<string, number>> {
  const tables = [
    ...new Set(expiries(server.config).map(({ table }) => table)),
    'session_clients',
    'users',
  ]
  const { rows } = await reader.query<{ name: string; rows: string }>(
    tables
      .map((name) => `SELECT '${name}' AS name, count(*) AS rows FROM ${name}`)
      .join(' UNION ALL '),
  )
  return new Map(rows.map(({ name, rows: count }) => [name, Number(count)]))
}

test('days of a constant load leave as many rows as the days that still count', async () => {
  const after: Map<string, number>[] = []
  for (let round = 0; round < 6; round += 1) {
    await crowd.round(round)
    clock.advance(12 * hour)
    if (round % 2 === 1) await sweep()
    after.push(await counts())
  }
  const done = Object.keys(crowd.done())
  assert.ok(done.length >= 10, `only ${done.join(', ')}`)
  // Two rounds are within the longest lifetime, whatever happened in those before.
  const most = 2 * 6 * 2
  const last = after.at(-1)
  for (const table of ['sessions', 'token_families', 'session_clients']) {
    assert.ok((last?.get(table) ?? 0) <= most, `${table}: ${last?.get(table)}`)
  }
  for (const table of [
    'authorization_codes',
    'opaque_tokens',
    'revoked_access_tokens',
    'action_tokens',
  ])
    assert.equal(last?.get(table), 0, table)
  assert.ok((last?.get('users') ?? 0) <= 6 + 6, 'those who left are erased')
})

test('of what has a lifetime nothing is left when everything is over, and nothing waits', async () => {
  await server.app.queue.drain()
  clock.advance(900 * day)
  await sweep()
  const left = [...(await counts())].filter(([table, rows]) => rows > 0 && table !== 'users')
  assert.deepEqual(left, [['clients', 5]])
  const { body } = await server.app.metrics.render()
  const waiting = [...body.matchAll(/^cardea_rows_waiting\{table="\w+"\} (\d+)/gm)].map(
    ([, n]) => n,
  )
  assert.equal(waiting.length, expiries(server.config).length + 1)
  assert.deepEqual(new Set(waiting), new Set(['0']))
  assert.match(body, /^cardea_rows_swept_total\{table="sessions"\} [1-9]/m)
  assert.doesNotMatch(body, /^cardea_sweep_failures_total\{/m)
})
