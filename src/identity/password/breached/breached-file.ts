import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'

// A line has 40 digits and perhaps a count; a probe must hold the rest of one line and all of the next.
const probeBytes = 256
const scanBytes = 8192
const digits = 40

/**
 * Looks a SHA-1 digest (upper-case hex) up in a sorted file of `HASH` or `HASH:COUNT` lines. The file may
 * be far larger than memory: some thirty short reads find a line among a billion.
 * It is opened for each search, so it can be replaced by a newer one at any time.
 */
export async function isInBreachedFile(path: string, digest: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const { from, to } = await narrow(file, digest, size)
    return await scan(file, digest, { from, to: Math.min(to + probeBytes, size) })
  } finally {
    await file.close()
  }
}

type Range = { readonly from: number; readonly to: number }

/** Halves the range in which the line may begin; `from` is always the beginning of a line. */
async function narrow(file: FileHandle, digest: string, size: number): Promise<Range> {
  let from = 0
  let to = size
  while (to - from > scanBytes) {
    const middle = Math.floor((from + to) / 2)
    const text = await read(file, middle, probeBytes)
    const start = text.indexOf('\n') + 1
    const found = digestAt(text, start)
    if (start === 0 || found === undefined) throw new Error('the file is not a list of digests')
    if (found <= digest) from = middle + start
    else to = middle + start
  }
  return { from, to }
}

async function scan(file: FileHandle, digest: string, { from, to }: Range): Promise<boolean> {
  const lines = (await read(file, from, to - from)).split('\n')
  return lines.some((line) => digestAt(line, 0) === digest)
}

function digestAt(text: string, start: number): string | undefined {
  const candidate = text.slice(start, start + digits)
  return /^[\dA-Fa-f]{40}$/.test(candidate) ? candidate.toUpperCase() : undefined
}

async function read(file: FileHandle, position: number, length: number): Promise<string> {
  const buffer = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.toString('latin1', 0, filled)
}
