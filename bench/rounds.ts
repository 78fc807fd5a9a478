import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Load } from './load.ts'
import { drive } from './load.ts'
import { cpuSeconds } from './process-stats.ts'
import type { Scenario } from './scenarios/scenario.ts'
import type { Memory } from './results.ts'
import type { Target } from './target.ts'

/** A side with what is not counted in PostgreSQL yet. */
export type Measured = Target & {
  readonly statements: () => Promise<number>
  readonly idle: Memory
}

export type Plan = {
  readonly rounds: number
  readonly warmUpMs: number
  readonly measureMs: number
}

export const quickPlan: Plan = { rounds: 3, warmUpMs: 400, measureMs: 1200 }
export const fullPlan: Plan = { rounds: 5, warmUpMs: 1000, measureMs: 3000 }

/** One scenario against one server in one round. */
export type Sample = {
  readonly perSecond: number
  readonly latencies: readonly number[]
  readonly cpuMs: { readonly server: number; readonly database: number }
  /** Sent to PostgreSQL per operation. */
  readonly statements: number
}

export async function sample(scenario: Scenario, target: Measured, load: Load): Promise<Sample> {
  const read = async () => ({ ...cpuSeconds(target.pid), statements: await target.statements() })
  let before = await read()
  const measured = await drive((connection) => scenario.worker(target, connection), target, load, {
    onMeasure: async () => {
      before = await read()
    },
  })
  const after = await read()
  const each = (seconds: number) => (seconds * 1000) / measured.operations
  return {
    perSecond: measured.operations / measured.seconds,
    latencies: measured.latencies,
    cpuMs: {
      server: each(after.own - before.own),
      database: each(after.children - before.children),
    },
    statements: (after.statements - before.statements) / measured.operations,
  }
}

export type Duel = {
  readonly scenario: Scenario
  /** In the order of the rounds. */
  readonly ours: readonly Sample[]
  /** None where the peer cannot do it. */
  readonly theirs: readonly Sample[]
}

const concurrency = 16

/** Both servers in every round, and each round begins with the other one. */
export async function duel(
  scenario: Scenario,
  [cardea, peer]: readonly [Measured, Measured],
  plan: Plan,
): Promise<Duel> {
  const ours: Sample[] = []
  const theirs: Sample[] = []
  const load = { concurrency, ...plan }
  for (let round = 0; round < plan.rounds; round += 1) {
    const us = async () => ours.push(await sample(scenario, cardea, load))
    const them = async () => theirs.push(await sample(scenario, peer, load))
    const both = round % 2 === 0 ? [us, them] : [them, us]
    for (const turn of scenario.solo === true ? [us] : both) await turn()
  }
  return { scenario, ours, theirs }
}

export type LoginShare = {
  readonly scenario: Scenario
  readonly ours: readonly Sample[]
  /** Verifications per second without a server around them. */
  readonly bare: readonly number[]
}

export async function loginShare(
  scenario: Scenario,
  cardea: Measured,
  plan: Plan,
): Promise<LoginShare> {
  const ours: Sample[] = []
  const bare: number[] = []
  const load = { concurrency, ...plan }
  for (let round = 0; round < plan.rounds; round += 1) {
    const us = async () => ours.push(await sample(scenario, cardea, load))
    const hashing = async () => bare.push(await bareArgon2(plan))
    for (const turn of round % 2 === 0 ? [us, hashing] : [hashing, us]) await turn()
  }
  return { scenario, ours, bare }
}

async function bareArgon2({ measureMs }: Plan): Promise<number> {
  const script = fileURLToPath(new URL('argon2.ts', import.meta.url))
  const words = [script, String(availableParallelism()), String(measureMs)]
  const { stdout } = await promisify(execFile)(process.execPath, words)
  return Number(JSON.parse(stdout).perSecond)
}
