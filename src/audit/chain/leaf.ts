import type { SealedRow } from './row.ts'

/**
 * A leaf is 32 bytes: seq (8), id (16) and the beginning of the row's digest (8). The digest of the batch is
 * what proves; leaves only tell which row it was when the proof fails.
 */
const size = 32

export type Leaf = { readonly seq: number; readonly id: string; readonly mark: string }

export function packLeaf({ seq, id }: Pick<SealedRow, 'seq' | 'id'>, digest: Buffer): Buffer {
  const leaf = Buffer.alloc(size)
  leaf.writeBigInt64BE(BigInt(seq))
  leaf.write(id.replaceAll('-', ''), 8, 'hex')
  digest.copy(leaf, 24, 0, 8)
  return leaf
}

export function unpackLeaves(leaves: Buffer): Leaf[] {
  return Array.from({ length: Math.floor(leaves.length / size) }, (_, i) => {
    const leaf = leaves.subarray(i * size, (i + 1) * size)
    return {
      seq: Number(leaf.readBigInt64BE()),
      id: uuid(leaf.subarray(8, 24).toString('hex')),
      mark: leaf.subarray(24).toString('hex'),
    }
  })
}

function uuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
