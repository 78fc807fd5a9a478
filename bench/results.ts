import type { Latencies } from './histogram.ts'
import { summarize } from './histogram.ts'
import type { LimitKey } from './limits/limits.ts'
import { limitNames } from './limits/limits.ts'
import type { Machine } from './machine.ts'
import type { PostgresFacts } from './postgres.ts'
import type { Contest, Plan, Sample, Side } from './rounds.ts'
import { perSecond } from './rounds.ts'
import type { Scenario } from './scenarios/scenario.ts'
import type { Spread } from './statistics.ts'
import { spread } from './statistics.ts'
import type { ScenarioKey, Target, TargetKey } from './target.ts'

/** What is printed, drawn and written as JSON. */
export type Results = {
  readonly at: string
  readonly quick: boolean
  readonly plan: Plan
  readonly seconds: number
  readonly machine: Machine
  readonly cores: string
  readonly postgres: PostgresFacts
  readonly servers: readonly ServerResult[]
  readonly embedded: EmbeddedResult | undefined
  readonly limits: Readonly<Record<LimitKey, Spread>>
  readonly scenarios: readonly ScenarioResult[]
}

/** MiB. */
export type Memory = { readonly server: number; readonly postgres?: number | undefined }

export type ServerResult = Pick<Target, 'key' | 'name' | 'keeps' | 'startMs'> & {
  readonly idleMib: number
  /** After all scenarios. */
  readonly loadedMib: number
}

/** Cardea with a PostgreSQL of its own, which no other side has. */
export type EmbeddedResult = {
  readonly firstMs: number
  readonly nextMs: Spread
  readonly idle: { readonly serverMib: number; readonly postgresMib: number }
}

export type SideResult = {
  readonly perSecond: Spread
  readonly closed: Latencies
  readonly open: Latencies
  /** Milliseconds per operation. */
  readonly cpuMs: number
  readonly postgresCpuMs: number | null
  readonly generatorCpuMs: number
  /** Per operation. */
  readonly statements: number
  readonly walBytes: number
  /** Rate times mean latency, which must be the number of users (Little's law). */
  readonly concurrency: Spread
  readonly differs?: string
}

export type ScenarioResult = {
  readonly key: ScenarioKey
  readonly name: string
  readonly note: string
  readonly openPerSecond: number
  readonly sides: Readonly<Partial<Record<TargetKey, SideResult>>>
  /** Operations a second of Cardea divided by those of another side, round by round. */
  readonly ratios: Readonly<Partial<Record<TargetKey, Spread>>>
  readonly bound: Bound
  /** Of a limit that was measured beside the servers, round by round. */
  readonly besideShare?: { readonly limit: LimitKey; readonly share: Spread }
}

export type Bound = {
  /** Words: what it is made of. */
  readonly of: string
  readonly perSecond: number
  /** What Cardea reaches of it. */
  readonly share: Spread
}

export function scenarioResult(
  contest: Contest,
  limits: Readonly<Record<LimitKey, Spread>>,
): ScenarioResult {
  const { scenario, sides, openPerSecond, beside } = contest
  const rates = (key: TargetKey) => sides.get(key)?.closed.map(perSecond) ?? []
  const own = rates('cardea')
  const others = [...sides.keys()].filter((key) => key !== 'cardea')
  const ratios = others.map((key) => [key, quotients(own, rates(key))] as const)
  const { key, name, note } = scenario
  const results = [...sides].map(([key, side]) => [key, sideResult(scenario, side)] as const)
  const limit = scenario.beside
  return {
    key,
    name,
    note,
    openPerSecond,
    sides: Object.fromEntries(results),
    ratios: Object.fromEntries(ratios),
    bound: boundOf(scenario, own, limits),
    ...(limit && { besideShare: { limit, share: quotients(own, beside) } }),
  }
}

function quotients(above: readonly number[], below: readonly number[]): Spread {
  return spread(above.map((value, i) => value / (below[i] ?? Number.NaN)))
}

/**
 * The server's core cannot do more than the sum of what an operation takes at least; PostgreSQL has another core,
 * and cannot commit more often than it commits when it does nothing else.
 */
function boundOf(
  { least }: Scenario,
  own: readonly number[],
  limits: Readonly<Record<LimitKey, Spread>>,
): Bound {
  const parts = Object.entries(least) as [LimitKey, number][]
  const seconds = (key: LimitKey, count: number) => count / limits[key].median
  const ofCore = parts.filter(([key]) => key !== 'commit')
  const core = 1 / ofCore.reduce((sum, [key, count]) => sum + seconds(key, count), 0)
  const commits = 1 / seconds('commit', least.commit ?? 0)
  const perSecond = Math.min(core, commits)
  const words = (list: typeof parts) =>
    list.map(([key, count]) => `${count} x ${limitNames[key]}`).join(' + ')
  const of = words(commits < core ? parts.filter(([key]) => key === 'commit') : ofCore)
  return { of, perSecond, share: spread(own.map((rate) => rate / perSecond)) }
}

function sideResult({ key }: Scenario, { target, closed, open }: Side): SideResult {
  const total = (of: (sample: Sample) => number) => closed.reduce((sum, one) => sum + of(one), 0)
  const operations = total((one) => one.operations)
  const eachMs = (of: (sample: Sample) => number) => (total(of) * 1000) / operations
  const isKnown = closed.every(({ cpuSeconds }) => cpuSeconds.postgres !== undefined)
  const differs = target.differs[key]
  const none = target.database === undefined
  return {
    perSecond: spread(closed.map(perSecond)),
    closed: summarize(closed.map(({ latencies }) => latencies)),
    open: summarize([open.latencies]),
    cpuMs: eachMs(({ cpuSeconds }) => cpuSeconds.server),
    postgresCpuMs: isKnown ? eachMs(({ cpuSeconds }) => cpuSeconds.postgres ?? 0) : null,
    generatorCpuMs: eachMs(({ cpuSeconds }) => cpuSeconds.generator),
    statements: total(({ statements }) => statements) / operations,
    walBytes: none ? 0 : total(({ walBytes }) => walBytes) / operations,
    concurrency: spread(closed.map((one) => perSecond(one) * (one.latencies.mean / 1e9))),
    ...(differs !== undefined && { differs }),
  }
}

const tolerance = 0.1

/**
 * Throughput and latencies are taken by different means; where they contradict each other neither is to be believed.
 * It happens where the machine had other things to do, or an operation takes as long as a round.
 */
export function contradictions({ scenarios, plan }: Results): string[] {
  return scenarios.flatMap(({ name, sides }) =>
    Object.entries(sides).flatMap(([key, { concurrency }]) => {
      const off = Math.abs(concurrency.median / plan.concurrency - 1)
      return off > tolerance ? [`${name}, ${key}: ${concurrency.median.toFixed(1)}`] : []
    }),
  )
}
