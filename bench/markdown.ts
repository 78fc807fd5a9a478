import type { Spread } from './statistics.ts'

/** A table of Markdown that is a table for the eye, too; the first columns are words, the others numbers. */
export function table(rows: readonly (readonly string[])[], words = 1): string {
  const [head = []] = rows
  const widths = head.map((_, i) => Math.max(3, ...rows.map((row) => (row[i] ?? '').length)))
  const cell = (text: string, i: number) =>
    i < words ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)
  const line = (row: readonly string[]) =>
    `| ${head.map((_, i) => cell(row[i] ?? '', i)).join(' | ')} |`
  const rule = widths.map((width, i) =>
    i < words ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`,
  )
  return [line(head), `|${rule.join('|')}|`, ...rows.slice(1).map(line)].join('\n')
}

/** Three digits that count, and no more. */
export function number(value: number): string {
  if (Number.isNaN(value)) return ''
  if (value >= 100) return value.toFixed(0)
  if (value >= 10) return value.toFixed(1)
  return value.toFixed(2)
}

export function factor({ median, least, most }: Spread): string {
  return `${number(median)}x (${number(least)} to ${number(most)})`
}

export function percent({ median, least, most }: Spread): string {
  const whole = (value: number) => (value * 100).toFixed(0)
  return `${whole(median)} % (${whole(least)} to ${whole(most)})`
}

/** How far the rounds are apart, as a share of what is in their middle. */
export function apart({ median, least, most }: Spread): string {
  return `${(((most - least) / 2 / median) * 100).toFixed(0)} %`
}

export const mib = (value: number) => `${value.toFixed(0)} MiB`
export const ms = (value: number) => `${value.toFixed(0)} ms`
