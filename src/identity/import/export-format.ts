import { accountNames, addressNames, claimNames } from './members.ts'
import { isRecord } from './reading/json-lines.ts'
import type { RawRecord } from './sources/source.ts'

/** How the lines of a file are written; what it writes the import reads. */
export type ExportFormat = {
  readonly header: string
  readonly line: (record: RawRecord) => string
}

const addressColumns = addressNames.map((name) => `address.${name}`)
const columns = [
  ...accountNames,
  ...claimNames.filter((name) => name !== 'address'),
  ...addressColumns,
]

export const exportFormats: Readonly<Record<'jsonl' | 'csv', ExportFormat>> = {
  jsonl: { header: '', line: (record) => `${JSON.stringify(record)}\n` },
  csv: { header: toRow(columns), line: (record) => toRow(fieldsOf(record)) },
}

function fieldsOf(record: RawRecord): string[] {
  const { profile, ...account } = record
  const claims = isRecord(profile) ? profile : {}
  const address = isRecord(claims.address) ? claims.address : {}
  const flat: RawRecord = {
    ...account,
    ...claims,
    ...Object.fromEntries(addressNames.map((name) => [`address.${name}`, address[name]])),
  }
  return columns.map((name) => toField(flat[name]))
}

function toField(value: unknown): string {
  if (Array.isArray(value)) return value.join(';')
  return typeof value === 'string' ? value : typeof value === 'boolean' ? String(value) : ''
}

/** RFC 4180 section 2. */
function toRow(fields: readonly string[]): string {
  const quoted = fields.map((field) =>
    /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field,
  )
  return `${quoted.join(',')}\r\n`
}
