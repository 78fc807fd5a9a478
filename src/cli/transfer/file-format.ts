import type { Values } from '../command.ts'
import { text, UsageError } from '../command.ts'

/** As told, or by the name of the file. */
export function fileFormat(values: Values, path: string | undefined): 'jsonl' | 'csv' {
  const told = text(values, 'format')
  if (told === undefined) return path?.toLowerCase().endsWith('.csv') === true ? 'csv' : 'jsonl'
  if (told === 'jsonl' || told === 'csv') return told
  throw new UsageError('--format must be jsonl or csv.')
}
