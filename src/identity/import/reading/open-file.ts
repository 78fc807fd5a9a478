import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { readCsv } from './csv.ts'
import type { Entry } from './entry.ts'
import { readJsonLines } from './json-lines.ts'

export type UserFile = {
  /** By which an interrupted import recognises its file. */
  readonly digest: Buffer
  readonly size: number
  readonly entries: AsyncIterable<Entry>
  readonly bytesRead: () => number
}

const chunkBytes = 2 ** 18

/** Reads the file once for its digest; the users are read as they are asked for. */
export async function openUserFile(path: string, format: 'jsonl' | 'csv'): Promise<UserFile> {
  const { size } = await stat(path)
  const hash = createHash('sha256')
  for await (const chunk of chunksOf(path)) hash.update(chunk)
  let bytes = 0
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of chunksOf(path)) {
      bytes += chunk.length
      yield chunk
    }
  }
  const entries = format === 'csv' ? readCsv(counted()) : readJsonLines(counted())
  return { digest: hash.digest(), size, entries, bytesRead: () => bytes }
}

function chunksOf(path: string): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: chunkBytes })
}
