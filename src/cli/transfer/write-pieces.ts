import { once } from 'node:events'

export type Write = (piece: string) => Promise<void>

const longestPiece = 2 ** 16

/** Writes many small texts after a beginning, some of them at a time; the number of texts. */
export async function writePieces<T>(
  items: AsyncIterable<T>,
  {
    write,
    textOf,
    beginning = '',
  }: {
    readonly write: Write
    readonly textOf: (item: T) => string
    readonly beginning?: string
  },
): Promise<number> {
  let count = 0
  let pending = beginning
  for await (const item of items) {
    pending += textOf(item)
    count += 1
    if (pending.length < longestPiece) continue
    await write(pending)
    pending = ''
  }
  await write(pending)
  return count
}

/** Waits while whoever reads is slower. */
export async function toStandardOutput(piece: string): Promise<void> {
  if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
}
