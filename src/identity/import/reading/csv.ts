import { pipeline, Readable } from 'node:stream'
import type { CsvError as ParserError } from 'csv-parse'
import type { Entry } from './entry.ts'
import { BrokenFile, longestEntry } from './entry.ts'
import { isRecord } from './json-lines.ts'

type Row = { readonly record: readonly string[]; readonly info: { readonly lines: number } }

/**
 * RFC 4180 with a header row. An empty field is an absent member, `address.country` a member of an object,
 * and `roles` are separated by `;`.
 */
export async function* readCsv(chunks: AsyncIterable<Buffer>): AsyncGenerator<Entry> {
  // Loaded only for an import.
  const { CsvError, parse } = await import('csv-parse')
  const options = { info: true, relax_column_count: true, skip_empty_lines: true } as const
  const parser = parse({ ...options, max_record_size: longestEntry })
  // Errors reach whoever reads the parser; the callback only keeps them from being thrown as well.
  pipeline(Readable.from(decode(chunks)), parser, () => undefined)
  let header: readonly string[] | undefined
  // The parser counts a CRLF inside of quotes as two lines.
  let extra = 0
  try {
    for await (const row of parser) {
      const { record, info }: Row = row
      extra += record.reduce((sum, field) => sum + field.split('\r\n').length - 1, 0)
      if (header === undefined) header = checkHeader(record)
      else yield toEntry(header, record, info.lines - extra)
    }
  } catch (error) {
    throw error instanceof CsvError
      ? new BrokenFile(parser.info.lines - extra, wordsOf(error))
      : error
  }
}

/** In our own words, because the parser's repeat what the field says. */
function wordsOf({ code }: ParserError): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'A quoted field does not end.'
  if (code === 'CSV_MAX_RECORD_SIZE') return 'A row is too long.'
  return 'A quote stands where none may be.'
}

/** Bytes that are no UTF-8 would otherwise become question marks in names. */
async function* decode(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let lines = 1
  for await (const chunk of chunks) {
    const text = decodeChunk(decoder, chunk, lines)
    lines += text.split('\n').length - 1
    yield text
  }
}

function decodeChunk(decoder: TextDecoder, chunk: Buffer, line: number): string {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch {
    throw new BrokenFile(line, 'The file is not UTF-8.')
  }
}

function checkHeader(names: readonly string[]): readonly string[] {
  const clean = names.map((name) => name.trim())
  const twice = clean.find((name, i) => name === '' || clean.indexOf(name) !== i)
  if (twice === undefined) return clean
  throw new BrokenFile(1, `The header has ${twice === '' ? 'an empty name' : `"${twice}" twice`}.`)
}

function toEntry(header: readonly string[], fields: readonly string[], line: number): Entry {
  if (fields.length !== header.length) {
    return {
      line,
      problem: `This row has ${fields.length} fields and the header ${header.length}.`,
    }
  }
  const record: Record<string, unknown> = {}
  for (const [i, name] of header.entries()) put(record, name, fields[i] ?? '')
  return { line, record }
}

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  '1': true,
  false: false,
  f: false,
  '0': false,
}
const booleanColumns = ['email_verified', 'is_active', 'phone_number_verified']

function put(record: Record<string, unknown>, name: string, field: string): void {
  if (field === '') return
  const part = /^address\.(.+)$/.exec(name)?.[1]
  if (part !== undefined) {
    const address = isRecord(record.address) ? record.address : {}
    record.address = { ...address, [part]: field }
    return
  }
  if (name === 'roles') record.roles = field.split(';').map((role) => role.trim())
  else if (booleanColumns.includes(name)) record[name] = booleans[field.toLowerCase()] ?? field
  else record[name] = field
}
