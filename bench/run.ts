/**
 * `npm run bench [-- --quick] [--only code,refresh] [--sides cardea,oidc-postgres] [--database URL] [--save]`:
 * Cardea against the servers that one would take in its place. All of them on this machine, on the same
 * PostgreSQL with fsync on, in turns, driven by the same generator, beside what the machine can do at best.
 */
import { parseArgs } from 'node:util'
import { pinCores } from './cores.ts'
import { measureEmbedded } from './embedded.ts'
import type { LimitKey, Limits } from './limits/limits.ts'
import { limitKeys, startLimits } from './limits/limits.ts'
import { describeMachine } from './machine.ts'
import { prove } from './peers/index.ts'
import type { Postgres } from './postgres.ts'
import { startPostgres } from './postgres.ts'
import { residentMib } from './process-stats.ts'
import type { Results, ServerResult } from './results.ts'
import { scenarioResult } from './results.ts'
import type { Contest } from './rounds.ts'
import { contest, fullPlan, quickPlan } from './rounds.ts'
import { saveLatest, saveReference } from './save.ts'
import { scenarios } from './scenarios/scenarios.ts'
import { startOf, stopAll } from './sides.ts'
import { spread } from './statistics.ts'
import { progressLine, tables } from './tables.ts'
import type { StartNeeds, Target, TargetKey } from './target.ts'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    only: { type: 'string' },
    sides: { type: 'string' },
    database: { type: 'string' },
  },
})
const chosen = chooseFrom(options.only, scenarios, ({ key }) => key)
// Without Cardea there is nothing to compare with.
const wanted = options.sides === undefined ? undefined : `cardea,${options.sides}`
const sides = chooseFrom(wanted, Object.keys(startOf) as TargetKey[], (key) => key)
const isWhole = chosen.length === scenarios.length && sides.length === Object.keys(startOf).length
if (options.save && (options.quick || !isWhole)) {
  throw new Error('--save is for whole runs: without --quick, --only and --sides.')
}
const plan = options.quick ? quickPlan : fullPlan
const began = performance.now()
const machine = describeMachine()
const cores = pinCores()
console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; ${cores.words}\n`)

const isDefault = options.only === undefined && options.sides === undefined
const embedded = isDefault ? await measureEmbedded(cores.all, plan.rounds) : undefined
const postgres = await startPostgres(options.database)
const targets: Target[] = []
let limits: Limits | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void abandon())
try {
  const results = await measure(postgres)
  console.log(`\n${tables(results)}`)
  saveLatest(results)
  if (options.save) saveReference(results)
} finally {
  await postgres.stop()
}

/** Servers in processes of their own do not end with this one. */
async function abandon(): Promise<void> {
  await stopAll(targets)
  await limits?.stop()
  await postgres.stop()
  process.exit(1)
}

async function measure(postgres: Postgres): Promise<Results> {
  const needs = { createDatabase: postgres.createDatabase, pinned: cores.server }
  limits = await startLimits(needs, plan.concurrency)
  try {
    for (const key of sides) targets.push(await start(key, needs))
    const idle = targets.map(({ pid }) => residentMib(pid))
    for (const target of targets) await prove(target)
    const { contests, rates } = await runAll(targets, { postgres, limits })
    const servers = targets.map((target, i) => serverResult(target, idle[i] ?? Number.NaN))
    return {
      at: new Date().toISOString(),
      quick: options.quick,
      plan,
      seconds: (performance.now() - began) / 1000,
      machine,
      cores: cores.words,
      postgres: await postgres.about(),
      servers,
      embedded,
      limits: rates,
      scenarios: contests.map((one) => scenarioResult(one, rates)),
    }
  } finally {
    await stopAll(targets)
    await limits.stop()
  }
}

async function start(key: TargetKey, needs: StartNeeds): Promise<Target> {
  const target = await startOf[key](needs)
  console.log(`${target.name} is there`)
  return target
}

type Instruments = { readonly postgres: Postgres; readonly limits: Limits }
type LimitRates = Readonly<Record<LimitKey, ReturnType<typeof spread>>>

/** The limits are measured between the scenarios, so that they see the machine as the servers do. */
async function runAll(
  targets: readonly Target[],
  instruments: Instruments,
): Promise<{ readonly contests: readonly Contest[]; readonly rates: LimitRates }> {
  const contests: Contest[] = []
  const samples = new Map<LimitKey, number[]>(limitKeys.map((key) => [key, []]))
  const rounds = Math.min(plan.rounds, chosen.length)
  for (const [i, scenario] of chosen.entries()) {
    const isTurn = Math.floor((i * rounds) / chosen.length) >= (samples.get('http')?.length ?? 0)
    if (isTurn) await measureLimits(instruments.limits, samples)
    const one = await contest(instruments, scenario, { targets, plan })
    console.log(progressLine(one))
    contests.push(one)
  }
  const entries = [...samples].map(([key, rates]) => [key, spread(rates)] as const)
  return { contests, rates: Object.fromEntries(entries) as LimitRates }
}

async function measureLimits(limits: Limits, samples: Map<LimitKey, number[]>): Promise<void> {
  for (const key of limitKeys) samples.get(key)?.push(await limits.measure(key, plan.limitMs))
}

function serverResult({ key, name, keeps, startMs, pid }: Target, idleMib: number): ServerResult {
  return { key, name, keeps, startMs, idleMib, loadedMib: residentMib(pid) }
}

function chooseFrom<T>(
  words: string | undefined,
  all: readonly T[],
  keyOf: (one: T) => string,
): readonly T[] {
  if (words === undefined) return all
  const keys = words.split(',')
  const unknown = keys.filter((key) => !all.some((one) => keyOf(one) === key))
  if (unknown.length > 0) {
    throw new Error(`unknown: ${unknown.join(', ')}; there are ${all.map(keyOf).join(', ')}`)
  }
  return all.filter((one) => keys.includes(keyOf(one)))
}
