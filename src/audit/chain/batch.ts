import { createHash } from 'node:crypto'
import { hmacSha256, sameBytes, sha256 } from '../../base/index.ts'

/** What a batch says of the rows it seals. */
export type BatchHead = {
  readonly number: number
  /** `YYYY-MM-01` in UTC, of every row. */
  readonly month: string
  /** The first number after the batch before; gaps of undone transactions belong to a batch, too. */
  readonly fromSeq: number
  readonly toSeq: number
  readonly count: number
  /** The digest of the batch before. */
  readonly previous: Buffer
}

/** A seal, as it is kept. */
export type Seal = { readonly mac: Buffer; readonly keyId: string }
export type Batch = BatchHead & Seal & { readonly digest: Buffer; readonly createdAt: Date }

/** What the first batch has before it. */
export const beginning = sha256('cardea audit chain 1')

/** Digests a batch row by row: `add` in order of seq, then `digest`. */
export function digesting(head: BatchHead) {
  const hash = createHash('sha256').update(headText(head))
  return {
    add: (row: Buffer): void => void hash.update(row),
    digest: (): Buffer => hash.digest(),
  }
}

function headText(head: BatchHead): string {
  const { number, month, fromSeq, toSeq, count, previous } = head
  const place = ['cardea.audit.batch', 1, number, month, fromSeq, toSeq, count]
  return `${JSON.stringify([...place, previous.toString('hex')])}\n`
}

/** The text that a batch is known by outside of the database. */
export function checkpointOf(batch: Pick<Batch, 'number' | 'digest'>): string {
  return `${batch.number}.${batch.digest.toString('base64url')}`
}

/** The keys that seal: derived from the master keys; the first seals, all of them verify. */
export type ChainKeys = readonly [Buffer, ...Buffer[]]

export function sealWith([key]: ChainKeys, text: string): Seal {
  return { mac: hmacSha256(key, text), keyId: keyId(key) }
}

/** `unknown`: made with a master key that is not configured (any more). */
export function checkSeal(keys: ChainKeys, text: string, seal: Seal): 'good' | 'bad' | 'unknown' {
  const key = keys.find((candidate) => keyId(candidate) === seal.keyId)
  if (key === undefined) return 'unknown'
  return sameBytes(hmacSha256(key, text), seal.mac) ? 'good' : 'bad'
}

/** Names a key without telling anything about it. */
function keyId(key: Buffer): string {
  return hmacSha256(key, 'cardea audit key id').toString('base64url').slice(0, 12)
}

/** What is sealed of a batch: its head and its digest, which covers the rows and the chain before them. */
export function sealedText(batch: BatchHead & Pick<Batch, 'digest'>): string {
  return `${headText(batch)}${batch.digest.toString('hex')}`
}

export type Prune = {
  readonly month: string
  /** The newest batch when the month was deleted. */
  readonly lastBatch: number
  readonly rows: number
  readonly createdAt: Date
}

export function prunedText({ month, lastBatch, rows, createdAt }: Prune): string {
  return `cardea.audit.prune ${month} ${lastBatch} ${rows} ${createdAt.toISOString()}`
}

/** The id of a key is its thumbprint (RFC 7638), so it stands for the whole key. */
export function pinnedText(kid: string): string {
  return `cardea.audit.key ${kid}`
}
