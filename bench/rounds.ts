import type { RecordableHistogram } from 'node:perf_hooks'
import { connect } from './connection.ts'
import type { Limits } from './limits/limits.ts'
import type { Crew, Measurement } from './load.ts'
import { closedLoop, openLoop, reconnect } from './load.ts'
import type { Postgres } from './postgres.ts'
import { familyCpuSeconds } from './process-stats.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { median } from './statistics.ts'
import type { Target, TargetKey } from './target.ts'

export type Plan = {
  readonly rounds: number
  /** Users at once. */
  readonly concurrency: number
  /** Before the first round of each side, and before each of the others. */
  readonly firstWarmUpMs: number
  /**
   * Before the first round that warm-up is repeated until a side has done so many operations, but not more often
   * than `mostWarmUps`: what is compiled at run time gets fast by doing, so that a slow side needs longer.
   */
  readonly firstOperations: number
  readonly mostWarmUps: number
  readonly warmUpMs: number
  readonly measureMs: number
  readonly openMs: number
  /** Of the throughput of the slowest side: what all sides are asked in the open loop. */
  readonly openShare: number
  readonly limitMs: number
}

export const quickPlan: Plan = {
  rounds: 3,
  concurrency: 16,
  firstWarmUpMs: 400,
  firstOperations: 500,
  mostWarmUps: 2,
  warmUpMs: 150,
  measureMs: 350,
  openMs: 500,
  openShare: 0.7,
  limitMs: 250,
}

export const fullPlan: Plan = {
  ...quickPlan,
  rounds: 5,
  firstWarmUpMs: 1000,
  firstOperations: 1500,
  mostWarmUps: 6,
  warmUpMs: 250,
  measureMs: 1000,
  openMs: 1800,
  limitMs: 800,
}

/** What one side did in one round, all of it for the time that was measured. */
export type Sample = {
  readonly operations: number
  readonly seconds: number
  readonly latencies: RecordableHistogram
  readonly cpuSeconds: {
    readonly server: number
    readonly postgres: number | undefined
    readonly generator: number
  }
  readonly statements: number
  readonly walBytes: number
}

export type OpenSample = Pick<Sample, 'operations' | 'seconds' | 'latencies'>

export type Side = {
  readonly target: Target
  /** In the order of the rounds. */
  readonly closed: readonly Sample[]
  readonly open: OpenSample
}

export type Contest = {
  readonly scenario: Scenario
  readonly sides: ReadonlyMap<TargetKey, Side>
  /** In the order of the rounds, where a limit is measured beside the servers. */
  readonly beside: readonly number[]
  /** Operations a second that all sides were asked in the open loop. */
  readonly openPerSecond: number
}

export type Instruments = { readonly postgres: Postgres; readonly limits: Limits }

type Entry = { readonly target: Target; readonly crew: Crew; readonly closed: Sample[] }

/** All sides in each round, each round beginning with another one; then all at the same rate of arrivals. */
export async function contest(
  instruments: Instruments,
  scenario: Scenario,
  { targets, plan: wanted }: { readonly targets: readonly Target[]; readonly plan: Plan },
): Promise<Contest> {
  const plan = planFor(scenario, wanted)
  const entries: Entry[] = []
  const beside: number[] = []
  try {
    for (const target of targets.filter(({ lacks }) => !lacks.has(scenario.key))) {
      entries.push({ target, crew: await prepare(scenario, target, plan.concurrency), closed: [] })
    }
    await instruments.postgres.checkpoint()
    for (const { crew } of entries) await warmUp(crew, plan)
    const limit = scenario.beside
    for (let round = 0; round < plan.rounds; round += 1) {
      for (const { target, crew, closed } of rotated(entries, round))
        closed.push(await sampleOf(instruments, { target, crew, plan }))
      if (limit) beside.push(await instruments.limits.measure(limit, plan.measureMs))
    }
    const slowest = Math.min(...entries.map(({ closed }) => median(closed.map(perSecond))))
    const openPerSecond = slowest * plan.openShare
    const sides = new Map<TargetKey, Side>()
    for (const { target, crew, closed } of entries) {
      await reconnect(crew)
      const open = await openLoop(crew, { perSecond: openPerSecond, forMs: plan.openMs })
      sides.set(target.key, { target, closed, open })
    }
    return { scenario, sides, beside, openPerSecond }
  } finally {
    for (const { crew } of entries) hangUp(crew)
  }
}

/** What hashes a password is slow, and needs more time for as many operations. */
function planFor({ beside }: Scenario, plan: Plan): Plan {
  if (beside === undefined) return plan
  const { warmUpMs, measureMs, openMs } = plan
  return { ...plan, warmUpMs: warmUpMs * 2, measureMs: measureMs * 2, openMs: openMs * 2 }
}

export const perSecond = ({ operations, seconds }: Measurement) => operations / seconds

const rotated = <T>(list: readonly T[], by: number): readonly T[] =>
  list.map((_, i) => list[(i + by) % list.length] as T)

async function prepare(scenario: Scenario, target: Target, concurrency: number): Promise<Crew> {
  const crew = {
    workers: [] as Crew['workers'][number][],
    connections: [] as Crew['connections'][number][],
  }
  try {
    while (crew.workers.length < concurrency) {
      const connection = connect(target)
      crew.connections.push(connection)
      crew.workers.push(await scenario.worker(target, connection))
    }
    return crew
  } catch (error) {
    hangUp(crew)
    throw error
  }
}

function hangUp({ connections }: Crew): void {
  for (const connection of connections) connection.close()
}

type Turn = { readonly target: Target; readonly crew: Crew; readonly plan: Plan }

async function warmUp(crew: Crew, plan: Plan): Promise<void> {
  await reconnect(crew)
  const window = { warmUpMs: 0, measureMs: plan.firstWarmUpMs }
  let done = 0
  for (let times = 0; times < plan.mostWarmUps && (times === 0 || done < plan.firstOperations); ) {
    done += (await closedLoop(crew, window, async () => undefined)).operations
    times += 1
  }
}

const mostTries = 3

/** A machine that stood still for a whole round has measured nothing, and nothing can be divided by that. */
async function sampleOf(instruments: Instruments, turn: Turn): Promise<Sample> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const found = await sample(instruments, turn)
    if (found.operations > 0) return found
    console.log(`${turn.target.name} answered nothing in a round, which is measured again`)
  }
  throw new Error(`${turn.target.name} answers nothing`)
}

async function sample({ postgres }: Instruments, { target, crew, plan }: Turn): Promise<Sample> {
  const read = async () => {
    const counts = await postgres.counts(target.database)
    const { user, system } = process.cpuUsage()
    return { ...counts, server: familyCpuSeconds(target.pid), generator: (user + system) / 1e6 }
  }
  await reconnect(crew)
  const { before, after, ...measured } = await closedLoop(crew, plan, read)
  const { cpuSeconds: end } = after
  const { cpuSeconds: start } = before
  return {
    ...measured,
    cpuSeconds: {
      server: after.server - before.server,
      postgres: end === undefined || start === undefined ? undefined : end - start,
      generator: after.generator - before.generator,
    },
    statements: after.statements - before.statements,
    walBytes: after.walBytes - before.walBytes,
  }
}
