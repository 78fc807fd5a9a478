import { Client } from 'pg'
import { chainKeys } from '../../src/audit-log.ts'
import { maintainLog } from '../../src/audit/index.ts'
import { manualClock, stopwatch } from '../../src/base/index.ts'
import type { TestServer } from '../../test/harness/server.ts'
import { masterKey, testServer } from '../../test/harness/server.ts'
import type { Crowd } from './crowd.ts'
import { gatherCrowd } from './crowd.ts'
import { writeOthers } from './others.ts'
import type { Sample } from './sizes.ts'
import { mib, readSizes, sizesTable, stillGrowing } from './sizes.ts'

type Plan = {
  readonly minutes: number
  readonly visitors: number
  readonly hours: number
  /** Rows of each kind that others make in a round. */
  readonly others: number
  /** Without the storage parameters of migration 0018. */
  readonly plain: boolean
}

/** Lifetimes that pass several times in a run, in their usual proportions. */
export const soakEnv = {
  CARDEA_REGISTRATION_MODE: 'open',
  CARDEA_JOBS_SWEEP_EVERY: '1s',
  CARDEA_SESSION_IDLE_LIFETIME: '4d',
  CARDEA_SESSION_ABSOLUTE_LIFETIME: '14d',
  CARDEA_SESSION_API_REFRESH_LIFETIME: '14d',
  CARDEA_OAUTH_REFRESH_IDLE_LIFETIME: '10d',
  CARDEA_OAUTH_REFRESH_ABSOLUTE_LIFETIME: '20d',
  CARDEA_ACCOUNT_DELETION_GRACE: '3d',
  CARDEA_MAIL_KEEP_DEAD: '7d',
  CARDEA_MONITOR_KEEP_EVENTS: '14d',
  CARDEA_MONITOR_KEEP_STATISTICS: '14d',
  CARDEA_AUDIT_RETENTION: '30d',
  CARDEA_KEYS_ROTATE_EVERY: '30d',
}
const samplesEach = 24

/** Tells what went wrong: nothing, when everything stayed within its bounds. */
export async function soak({ minutes, visitors, hours, others, plain }: Plan): Promise<string[]> {
  const clock = manualClock(new Date())
  const server = await testServer({ clock, env: soakEnv })
  const reader = new Client({ connectionString: server.databaseUrl })
  await reader.connect()
  try {
    if (plain) await resetParameters(reader)
    const crowd = await gatherCrowd(server, visitors)
    const write = writeOthers(reader, (await server.user()).id, (await server.client()).id)
    server.app.jobs.start()
    server.app.queue.start()
    const elapsed = stopwatch()
    const samples: Sample[] = []
    const milliseconds = minutes * 60_000
    let rounds = 0
    for (; elapsed() < milliseconds; rounds += 1) {
      await Promise.all([crowd.round(rounds), write(clock.now(), others)])
      clock.advance(hours * 3600)
      if (rounds % 20 === 0) await maintain(server)
      server.statements() // or they would be the memory that grows
      if (elapsed() < ((samples.length + 1) * milliseconds) / samplesEach) continue
      const simulatedDays = ((rounds + 1) * hours) / 24
      samples.push(await takeSample(reader, { realSeconds: elapsed() / 1000, simulatedDays }))
    }
    report(samples, crowd, { rounds, visitors, others })
    return [...stillGrowing(samples), ...(await waiting(server))]
  } finally {
    await reader.end()
    await server.close()
  }
}

async function resetParameters(reader: Client): Promise<void> {
  await reader.query(`DO $$ DECLARE t record; BEGIN
    FOR t IN SELECT oid::regclass AS name FROM pg_class WHERE relkind = 'r' AND reloptions::text LIKE '%autovacuum%' LOOP
      EXECUTE format('ALTER TABLE %s RESET (autovacuum_vacuum_scale_factor)', t.name);
    END LOOP;
    ALTER TABLE authorization_codes RESET (fillfactor);
    ALTER TABLE queued_jobs RESET (fillfactor);
    ALTER TABLE sessions RESET (fillfactor);
  END $$`)
}

/** What the server does every hour, which is months here. */
async function maintain({ app, config }: TestServer): Promise<void> {
  const log = { warn: () => undefined }
  const { retention } = config.audit
  await maintainLog({ ...app, keys: chainKeys([masterKey]), retention, log })
}

async function takeSample(
  reader: Client,
  at: Pick<Sample, 'realSeconds' | 'simulatedDays'>,
): Promise<Sample> {
  const sizes = await readSizes(reader)
  globalThis.gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  const bytes = [...sizes.values()].reduce((sum, one) => sum + one.tableBytes + one.indexBytes, 0)
  const live = [...sizes.values()].reduce((sum, one) => sum + one.live, 0)
  const sample = { ...at, sizes, heapMib: heapUsed / 2 ** 20, residentMib: rss / 2 ** 20 }
  const { realSeconds, simulatedDays, heapMib, residentMib } = sample
  console.log(
    `${realSeconds.toFixed(0).padStart(4)} s, day ${simulatedDays.toFixed(0).padStart(3)}: ` +
      `${mib(bytes)} MiB, ${live} rows, heap ${heapMib.toFixed(0)} MiB, resident ${residentMib.toFixed(0)} MiB`,
  )
  return sample
}

function report(
  samples: readonly Sample[],
  crowd: Crowd,
  { rounds, visitors, others }: Pick<Plan, 'visitors' | 'others'> & { readonly rounds: number },
): void {
  console.log(
    `\n${rounds} rounds of ${visitors} visitors, and of ${others} rows of six kinds that others made\n`,
  )
  for (const [name, count] of Object.entries(crowd.done())) console.log(`${count} x ${name}`)
  console.log(`\n${sizesTable(samples, 24)}`)
}

/** The sweeper must have kept up: what waits at the end are the rows of some rounds. */
async function waiting({ app }: TestServer): Promise<string[]> {
  const { body } = await app.metrics.render()
  const failed = [...body.matchAll(/^cardea_sweep_failures_total\{table="(\w+)"\} (\d+)/gm)]
  const counts = [...body.matchAll(/^cardea_rows_waiting\{table="(\w+)"\} (\d+)/gm)]
  console.log(
    `\nwaiting at the last sweep: ${
      counts
        .filter(([, , n]) => n !== '0')
        .map(([, table, n]) => `${table} ${n}`)
        .join(', ') || 'nothing'
    }`,
  )
  return [
    ...failed.map(([, table, n]) => `${n} batches of ${table} failed`),
    ...counts
      .filter(([, , n]) => Number(n) >= 5000)
      .map(([, table, n]) => `${n} rows of ${table} wait`),
  ]
}
