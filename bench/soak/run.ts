/**
 * `npm run bench:soak [-- --minutes 4]`: a constant load while the clock runs a day ahead in each round, so that
 * months pass in minutes. Everything that has a lifetime comes and goes; the sizes of all tables and the memory of
 * the process must have stopped growing in the second half, or it fails. `--backlog 1000000` shows instead how many
 * expired rows are worked off beside a load of requests, and `--plain` what becomes of tables without the storage
 * parameters of migration 0018.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbedded } from '../../src/db/index.ts'
import { workOffBacklog } from './backlog.ts'
import { soak } from './soak.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '4' },
    visitors: { type: 'string', default: '32' },
    others: { type: 'string', default: '500' },
    hours: { type: 'string', default: '24' },
    plain: { type: 'boolean', default: false },
    backlog: { type: 'string' },
  },
})

const folder = await mkdtemp(path.join(tmpdir(), 'cardea-soak-'))
await chmod(folder, 0o755) // PostgreSQL runs as another user when this is root
const postgres = await startEmbedded({
  dataDir: path.join(folder, 'data'),
  log: () => undefined,
  // Durable as ever. The clock of the load runs ahead but that of PostgreSQL does not, so it looks around more often.
  settings: { autovacuum_naptime: '5s', max_connections: '100' },
})
console.log(
  `Node ${process.version}, ${availableParallelism()} cores, embedded PostgreSQL with fsync on\n`,
)
try {
  // The servers of the tests put their database there.
  process.env.CARDEA_TEST_DATABASE_URL = postgres.url
  const { backlog } = values
  const plan = {
    minutes: Number(values.minutes),
    visitors: Number(values.visitors),
    hours: Number(values.hours),
    others: Number(values.others),
    plain: values.plain,
  }
  const failures = backlog === undefined ? await soak(plan) : await workOffBacklog(Number(backlog))
  for (const failure of failures) console.error(`\n${failure}`)
  process.exitCode = failures.length === 0 ? 0 : 1
} finally {
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
