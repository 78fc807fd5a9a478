import { apart, factor, mib, ms, number, percent, table } from './markdown.ts'
import { limitKeys, limitNames } from './limits/limits.ts'
import type { Results, ScenarioResult, SideResult } from './results.ts'
import { contradictions } from './results.ts'
import type { Contest } from './rounds.ts'
import { perSecond } from './rounds.ts'
import { median } from './statistics.ts'
import type { TargetKey } from './target.ts'

/** The results for people, as Markdown. */
export function tables(results: Results): string {
  return [
    ratioTable(results),
    costTable(results),
    latencyTable(results),
    boundTable(results),
    limitTable(results),
    serverTable(results),
    notes(results),
    `Self-check: ${selfCheck(results)}.`,
  ].join('\n\n')
}

/** While it runs. */
export function progressLine({ scenario, sides }: Contest): string {
  const rates = [...sides].map(
    ([key, { closed }]) => `${key} ${number(median(closed.map(perSecond)))}`,
  )
  return `${scenario.name}: ${rates.join(', ')} per s`
}

export function ratioTable({ scenarios, servers }: Results): string {
  const others = servers.filter(({ key }) => key !== 'cardea')
  const head = ['', 'Cardea per s', 'rounds apart', ...others.map(({ name }) => `to ${name}`)]
  const rows = scenarios.map(({ name, sides, ratios }) => [
    name,
    number(sides.cardea?.perSecond.median ?? Number.NaN),
    sides.cardea ? apart(sides.cardea.perSecond) : '',
    ...others.map(({ key }) => (ratios[key] ? factor(ratios[key]) : 'lacks it')),
  ])
  return table([head, ...rows])
}

export function costTable(results: Results): string {
  const head = ['', '', 'per s', 'CPU ms', 'PG CPU ms', 'SQL', 'WAL bytes', 'server', 'rest']
  return table([head, ...rowsOfSides(results, costRow)], 2)
}

function costRow(side: SideResult): string[] {
  const { perSecond, cpuMs, postgresCpuMs, generatorCpuMs, statements, walBytes } = side
  const busy = (eachMs: number) => `${((perSecond.median * eachMs) / 10).toFixed(0)} %`
  return [
    number(perSecond.median),
    number(cpuMs),
    postgresCpuMs === null ? 'unknown' : number(postgresCpuMs),
    statements.toFixed(1),
    walBytes.toFixed(0),
    busy(cpuMs),
    busy((postgresCpuMs ?? 0) + generatorCpuMs),
  ]
}

export function latencyTable(results: Results): string {
  const three = ['p50', 'p95', 'p99']
  const head = ['', '', ...three, 'at per s', ...three.map((name) => `${name} open`), 'n']
  const row = ({ closed, open }: SideResult, { openPerSecond }: ScenarioResult) => [
    ...[closed.p50, closed.p95, closed.p99].map(number),
    number(openPerSecond),
    ...[open.p50, open.p95, open.p99].map(number),
    String(open.count),
  ]
  return table([head, ...rowsOfSides(results, row)], 2)
}

function rowsOfSides(
  { scenarios, servers }: Results,
  row: (side: SideResult, scenario: ScenarioResult) => readonly string[],
): string[][] {
  const nameOf = (key: string) => servers.find((server) => server.key === key)?.name ?? key
  return scenarios.flatMap((scenario) =>
    Object.entries(scenario.sides).map(([key, side], i) => [
      i === 0 ? scenario.name : '',
      nameOf(key),
      ...row(side, scenario),
    ]),
  )
}

export function boundTable({ scenarios }: Results): string {
  const head = ['', 'bound', 'bound per s', 'Cardea per s', 'share']
  const rows = scenarios.map(({ name, bound, sides }) => [
    name,
    bound.of,
    number(bound.perSecond),
    number(sides.cardea?.perSecond.median ?? Number.NaN),
    percent(bound.share),
  ])
  const beside = scenarios.flatMap(({ name, besideShare }) =>
    besideShare
      ? [`${name}: ${percent(besideShare.share)} of ${limitNames[besideShare.limit]} beside it`]
      : [],
  )
  return [table([head, ...rows], 2), ...(beside.length > 0 ? [list(beside)] : [])].join('\n\n')
}

export function limitTable({ limits }: Results): string {
  const rows = limitKeys.map((key) => {
    const { median: rate } = limits[key]
    return [limitNames[key], number(rate), number(1000 / rate), apart(limits[key])]
  })
  return table([['limit', 'per s', 'ms each', 'rounds apart'], ...rows])
}

export function serverTable({ servers, embedded }: Results): string {
  const head = ['', 'keeps', 'first start', 'next start', 'RSS idle', 'RSS after the run']
  const rows = servers.map(({ name, keeps, startMs, idleMib, loadedMib }) => [
    name,
    keeps,
    ms(startMs.first),
    ms(startMs.next),
    mib(idleMib),
    mib(loadedMib),
  ])
  if (embedded === undefined) return table([head, ...rows], 2)
  const { firstMs, nextMs, idle } = embedded
  const spread = `${ms(nextMs.median)} (${nextMs.least.toFixed(0)} to ${nextMs.most.toFixed(0)})`
  const memory = `${mib(idle.serverMib)} + ${mib(idle.postgresMib)}`
  const own = ['Cardea, embedded PostgreSQL', 'everything', ms(firstMs), spread, memory, '']
  return table([head, ...rows, own], 2)
}

/** What an operation is, and what a side does otherwise. */
export function notes({ scenarios, servers }: Results): string {
  const nameOf = (key: string) => servers.find((server) => server.key === key)?.name ?? key
  return scenarios
    .map(({ name, note, sides }) => {
      const differences = (Object.entries(sides) as [TargetKey, SideResult][]).flatMap(
        ([key, { differs }]) => (differs === undefined ? [] : [`  - ${nameOf(key)}: ${differs}`]),
      )
      return [`- **${name}**: ${note}.`, ...differences].join('\n')
    })
    .join('\n')
}

/** Little's law for every side of every scenario. */
export function selfCheck(results: Results): string {
  const users = results.scenarios.flatMap(({ sides }) =>
    Object.values(sides).map(({ concurrency }) => concurrency.median),
  )
  const off = (value: number) => Math.abs(value - results.plan.concurrency)
  const worst = users.toSorted((a, b) => off(b) - off(a))[0] ?? Number.NaN
  const found = contradictions(results)
  const law = `rate times mean latency must be the ${results.plan.concurrency} users of the closed loop (Little's law); the farthest from it is ${worst.toFixed(2)}`
  if (found.length === 0) return law
  return `${law}. These are off by more than a tenth, and not to be believed: ${found.join('; ')}`
}

const list = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join('\n')
