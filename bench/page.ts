import type { Results } from './results.ts'
import {
  boundTable,
  costTable,
  latencyTable,
  limitTable,
  notes,
  ratioTable,
  selfCheck,
  serverTable,
} from './tables.ts'

/** docs/performance.md: what the reference run found, and what people found out about it. */
export function performancePage(results: Results, findings: string): string {
  const { plan, machine, cores, postgres, at, seconds } = results
  const names = results.servers.filter(({ key }) => key !== 'cardea').map(({ name }) => name)
  return `# Performance

This page is made from one run of \`npm run bench -- --save\` (${at.slice(0, 10)}, ${Math.round(seconds / 60)} minutes) by
\`npm run generate\`. Every figure is from that run, and the same command makes the page of your machine. Figures of
different runs or machines say nothing about each other; the ratios within one run do.

![Throughput of Cardea as a multiple of that of others](images/performance.svg)

## Against what you would take instead

Operations a second of Cardea, and how many times that of each other server it is: the median of ${plan.rounds} rounds, in
brackets the least and the most. In each round each side is measured once, and each round begins with another one.
${listOf(names)} get the same requests from the same ${plan.concurrency} connections. An answer that is not the right one ends the
run, so nothing here was counted that did not work.

${ratioTable(results)}

What one operation is, and what a server does less, or otherwise, than Cardea:

${notes(results)}

## What it costs

Per operation: CPU time of the server's process and of PostgreSQL, statements (\`pg_stat_statements\`, with BEGIN and
COMMIT) and bytes of write-ahead log (\`pg_current_wal_lsn\`; of a server that keeps nothing there are none). What a
server does in the background meanwhile is in it. The last two: how much of one core the server took, and how much
PostgreSQL and the generator together took of theirs. Where the second is full it is they that bound the figure.

${costTable(results)}

## How long it takes

Milliseconds. First with ${plan.concurrency} users, each of whom asks again when the answer is there (closed loop). Then at a fixed rate
of arrivals, the same for all sides: ${Math.round(plan.openShare * 100)} % of what the slowest one managed. There a request that must wait for
its turn counts from when it was due (open loop, without coordinated omission). n is the number of those; where it is
small p99 is the longest or nearly so. Up to a millisecond of it is the timer of the generator.

${latencyTable(results)}

## What would be possible

The physical bound of each scenario, measured in the same run on the same cores. It is put together from what a
server that keeps its state cannot do with less of: each request costs at least what an empty Fastify takes, each
signature what the bare signature takes, and so on, one after another on the server's core; or what PostgreSQL
commits at most on its own, if that is less.

${boundTable(results)}

${limitTable(results)}

## Start and memory

From the start of the process to the first answer: with nothing there (an empty database), and with what the first
start left. Resident memory of the server after a second of rest, and after all scenarios. Those in the first rows
share one PostgreSQL; embedded, Cardea brings its own, started with it, and its memory is told beside (PSS).

${serverTable(results)}

## How it was measured

- **Machine**: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB, ${machine.system}, Node ${machine.node.slice(1)}.
- **Versions**: ${pairs(machine.versions, ' ')}.
- **Cores**: ${cores}. So every server has one core, for its hashing, too.
- **PostgreSQL** ${postgres.version} for all sides, each with a database of its own: ${pairs(postgres.settings, ' = ', '`')}. A checkpoint
  before each scenario. No side is told to be less durable than PostgreSQL is by default.
- **Rounds**: ${plan.rounds} of ${plan.measureMs / 1000} s, each after ${plan.warmUpMs / 1000} s of warming up (${plan.firstWarmUpMs / 1000} s before the first, repeated up to ${plan.mostWarmUps} times until a side has done ${plan.firstOperations} operations); ${plan.openMs / 1000} s of open loop.
- **Settings**: Cardea in one process, its log at \`warn\`, its limits counted and never reached. The others as they
  are set up in [bench/peers](../bench/peers): in production mode, without a log.
- **Check**: ${selfCheck(results)}

${findings.replaceAll(/<!--[\s\S]*?-->\n?/g, '').trim()}
`
}

function listOf(names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join('; ')}; and ${last}`
}

function pairs(values: Readonly<Record<string, string>>, between: string, around = ''): string {
  return Object.entries(values)
    .map(([name, value]) => `${around}${name}${between}${value}${around}`)
    .join(', ')
}
