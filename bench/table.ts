import type { Results, ServerResult, Side } from './results.ts'
import type { Spread } from './statistics.ts'

const columns = [
  '',
  '',
  'per s',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'CPU ms',
  'PG CPU ms',
  'SQL',
  'ratio',
]

/** The results for people, as Markdown. */
export function render(results: Results): string {
  const scenarios = results.scenarios.flatMap(({ name, cardea, peer, ratio }) => [
    [name, 'Cardea', ...numbers(cardea, true), ratio === undefined ? 'alone' : factor(ratio)],
    ...(peer === undefined ? [] : [['', 'oidc-provider', ...numbers(peer, false), '']]),
  ])
  const { login } = results
  const bare = ['', 'bare Argon2id', whole(login.barePerSecond), ...Array<string>(7).fill('')]
  const logins = [[login.name, 'Cardea', ...numbers(login.cardea, true), share(login.share)], bare]
  const notes = [...results.scenarios, login].map(({ name, note }) => `- ${name}: ${note}`)
  return [
    table([columns, ...scenarios, ...logins]),
    'per s, CPU: medians over the rounds. Latencies: all rounds together. Ratio: Cardea / peer, or share of',
    'bare Argon2id; median, then least to most of the rounds. CPU: of the server process, per operation.',
    ...notes,
    '',
    table([serverColumns, ...results.servers.map(serverRow)]),
  ].join('\n')
}

const serverColumns = ['', 'first start ms', 'next start ms', 'RSS idle', 'RSS loaded', 'PG (PSS)']

function serverRow({ name, startMs, idle, loaded }: ServerResult): string[] {
  const { first, next } = startMs
  return [
    name,
    whole(first),
    Number.isNaN(next) ? '' : whole(next),
    mib(idle.server),
    mib(loaded.server),
    loaded.database === undefined ? 'none' : mib(loaded.database),
  ]
}

function numbers(side: Side, durable: boolean): string[] {
  const { perSecond, p50, p95, p99, cpuMs, databaseCpuMs, statements } = side
  const database = durable ? [fine(databaseCpuMs), statements.toFixed(1)] : ['none', 'none']
  return [whole(perSecond), fine(p50), fine(p95), fine(p99), fine(cpuMs), ...database]
}

function factor({ median, least, most }: Spread): string {
  return `${median.toFixed(2)}x (${least.toFixed(2)} to ${most.toFixed(2)})`
}

function share({ median, least, most }: Spread): string {
  const percent = (value: number) => (value * 100).toFixed(0)
  return `${percent(median)} % (${percent(least)} to ${percent(most)})`
}

function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows
  const widths = head.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  return [line(head), rule, ...rows.slice(1).map(line), ''].join('\n')
}

const whole = (value: number) => value.toFixed(0)
const fine = (value: number) => value.toFixed(2)
const mib = (value: number) => `${value.toFixed(0)} MiB`
