import type { Duel, LoginShare, Sample } from './rounds.ts'
import type { Spread } from './statistics.ts'
import { median, quantile, spread } from './statistics.ts'
import type { Target } from './target.ts'

/** What is printed and written to latest.json. */
export type Results = {
  readonly scenarios: readonly ScenarioResult[]
  readonly login: LoginResult
  readonly servers: readonly ServerResult[]
}

export type Side = {
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly cpuMs: number
  readonly databaseCpuMs: number
  readonly statements: number
}

export type ScenarioResult = {
  readonly name: string
  readonly note: string
  readonly cardea: Side
  readonly peer: Side | undefined
  /** Requests per second of Cardea divided by those of the peer, round by round. */
  readonly ratio: Spread | undefined
}

export type LoginResult = {
  readonly name: string
  readonly note: string
  readonly cardea: Side
  readonly barePerSecond: number
  readonly share: Spread
}

export type Memory = { readonly server: number; readonly database: number | undefined }

export type ServerResult = {
  readonly name: string
  readonly startMs: Target['startMs']
  readonly idle: Memory
  readonly loaded: Memory
}

export function duelResult({ scenario, ours, theirs }: Duel): ScenarioResult {
  const ratios = ours.map(({ perSecond }, i) => perSecond / (theirs[i]?.perSecond ?? Number.NaN))
  return {
    name: scenario.name,
    note: scenario.note,
    cardea: side(ours),
    peer: theirs.length === 0 ? undefined : side(theirs),
    ratio: theirs.length === 0 ? undefined : spread(ratios),
  }
}

export function loginResult({ scenario, ours, bare }: LoginShare): LoginResult {
  const shares = ours.map(({ perSecond }, i) => perSecond / (bare[i] ?? Number.NaN))
  return {
    name: scenario.name,
    note: scenario.note,
    cardea: side(ours),
    barePerSecond: median(bare),
    share: spread(shares),
  }
}

function side(samples: readonly Sample[]): Side {
  const latencies = samples.flatMap((sample) => sample.latencies)
  return {
    perSecond: median(samples.map((sample) => sample.perSecond)),
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
    p99: quantile(latencies, 0.99),
    cpuMs: median(samples.map((sample) => sample.cpuMs.server)),
    databaseCpuMs: median(samples.map((sample) => sample.cpuMs.database)),
    statements: median(samples.map((sample) => sample.statements)),
  }
}
