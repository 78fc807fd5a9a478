import type { Entry } from './entry.ts'
import { longestEntry } from './entry.ts'

const newline = 0x0a
const decoder = new TextDecoder('utf-8', { fatal: true })

/** One JSON object a line; empty lines count as lines and hold nobody. */
export async function* readJsonLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Entry> {
  let line = 0
  for await (const bytes of splitLines(chunks)) {
    line += 1
    const entry = readLine(line, bytes)
    if (entry !== undefined) yield entry
  }
}

/** Undefined stands for a line that is too long. */
async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer | undefined> {
  let rest: Buffer[] = []
  let length = 0
  const keep = (piece: Buffer) => {
    length += piece.length
    if (length <= longestEntry) rest.push(piece)
    else rest = []
  }
  const take = () => {
    const whole = length <= longestEntry ? Buffer.concat(rest) : undefined
    rest = []
    length = 0
    return whole
  }
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      keep(chunk.subarray(start, end))
      yield take()
      start = end + 1
    }
    keep(chunk.subarray(start))
  }
  if (length > 0) yield take()
}

function readLine(line: number, bytes: Buffer | undefined): Entry | undefined {
  if (bytes === undefined) return { line, problem: 'This line is too long.' }
  try {
    const text = decoder.decode(bytes)
    if (text.trim() === '') return undefined
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? { line, record: value } : { line, problem: 'This is no JSON object.' }
  } catch (error) {
    const words = error instanceof SyntaxError ? 'This is not JSON.' : 'This is not UTF-8.'
    return { line, problem: words }
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
