import type { Relation } from './database.ts'
import type { Imported } from './import.ts'
import type { Plan } from './plans.ts'
import type { Times } from './timing.ts'

type Row = readonly [what: string, times: Times]

/** Everything that was measured with so many people. */
export type Run = {
  readonly people: number
  readonly fileMib: number
  readonly imported: Imported
  readonly databaseMib: number
  readonly relations: readonly Relation[]
  /** From the start of the process to its first answer. */
  readonly startMs: number
  /** MiB of the server's process. */
  readonly memory: { readonly idle: number; readonly loaded: number }
  readonly lists: readonly Row[]
  readonly flows: readonly Row[]
  readonly plans: readonly Plan[]
}

const budgetMs = 50

/** The lists that do not keep the budget. */
export function tooSlow({ lists }: Run): readonly string[] {
  return lists.filter(([, { p95 }]) => p95 >= budgetMs).map(([what]) => what)
}

/** For people, as Markdown. */
export function report(few: Run, many: Run, withPlans: boolean): string {
  const slow = tooSlow(many)
  return [
    heading('Import and sizes'),
    table(['', `${few.people} people`, `${many.people} people`], sizes(few, many)),
    heading(`Largest tables with ${many.people} people`),
    table(
      ['table', 'rows', 'MiB', 'indexes MiB'],
      many.relations.map(({ name, rows, tableMib, indexesMib }) => [
        name,
        String(rows),
        tableMib.toFixed(1),
        indexesMib.toFixed(1),
      ]),
    ),
    heading('Lists of the console, ms'),
    compared(few.lists, many.lists),
    slow.length === 0
      ? `Every list takes less than ${budgetMs} ms (p95).`
      : `${budgetMs} ms or more (p95): ${slow.join('; ')}.`,
    heading('Flows, ms (eight at a time)'),
    compared(few.flows, many.flows),
    heading('Statements'),
    ...plansOf(many, withPlans),
  ].join('\n')
}

function sizes(few: Run, many: Run): string[][] {
  const row = (what: string, read: (run: Run) => string) => [what, read(few), read(many)]
  return [
    row('file, MiB', ({ fileMib }) => fileMib.toFixed(1)),
    row('import, s', ({ imported }) => imported.seconds.toFixed(1)),
    row('people a second', ({ people, imported }) => (people / imported.seconds).toFixed(0)),
    row('most memory of the import, MiB', ({ imported }) => String(imported.peakMib)),
    row('database, MiB', (run) => run.databaseMib.toFixed(0)),
    row('start of the server, ms', ({ startMs }) => startMs.toFixed(0)),
    row('server idle, MiB', ({ memory }) => memory.idle.toFixed(0)),
    row('server after all flows, MiB', ({ memory }) => memory.loaded.toFixed(0)),
  ]
}

/** Both sizes side by side: what grows with the number of people shows. */
function compared(few: readonly Row[], many: readonly Row[]): string {
  const ms = (value: number) => value.toFixed(1)
  const rows = many.map(([what, times], i) => {
    const before = few[i]?.[1]
    return [
      what,
      before === undefined ? '' : ms(before.p50),
      ms(times.p50),
      ms(times.p95),
      ms(times.p99),
      ms(times.most),
      times.perSecond.toFixed(0),
    ]
  })
  return table(['', 'p50, few', 'p50', 'p95', 'p99', 'most', 'per s'], rows)
}

function plansOf({ plans }: Run, withPlans: boolean): string[] {
  const whole = plans.filter(({ readsWhole }) => readsWhole.length > 0)
  const slowest = plans.slice(0, 10)
  const one = ({ text, meanMs, calls, plan }: Plan) => [
    `- ${meanMs.toFixed(2)} ms, ${calls} times: ${text.replaceAll(/\s+/g, ' ').slice(0, 160)}`,
    ...(withPlans ? ['```', plan, '```'] : []),
  ]
  return [
    `${plans.length} different ones. The slowest by mean:`,
    ...slowest.flatMap(one),
    '',
    whole.length === 0
      ? 'No plan reads a large table from end to end.'
      : 'Plans that read a large table from end to end:',
    ...whole.flatMap(one),
  ]
}

const heading = (words: string) => `\n### ${words}\n`

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = line(head.map((_, i) => (i === 0 ? '---' : '---:')))
  return [line(head), rule, ...rows.map(line), ''].join('\n')
}
