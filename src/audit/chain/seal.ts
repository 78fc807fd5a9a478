import type { Clock } from '../../base/index.ts'
import { addSeconds } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import { isUniqueViolation } from '../../db/index.ts'
import type { Batch, BatchHead, ChainKeys } from './batch.ts'
import {
  beginning,
  checkpointOf,
  checkSeal,
  digesting,
  pinnedText,
  sealedText,
  sealWith,
} from './batch.ts'
import type { Sign } from './checkpoint.ts'
import { statement } from './checkpoint.ts'
import { createHorizon } from './horizon.ts'
import { packLeaf } from './leaf.ts'
import type { SealedRow } from './row.ts'
import { monthOf, rowDigest } from './row.ts'
import {
  drawnSeq,
  insertBatch,
  pinKey,
  selectCheckpoints,
  selectLastBatch,
  selectSealedRows,
} from './store.ts'

export type SealNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly keys: ChainKeys
  readonly issuer: string
  readonly sign: Sign
  /** Seconds between two signed checkpoints. */
  readonly checkpointEvery: number
  readonly log: { readonly info: (facts: object, words: string) => void }
}

/** The chain is not what it was: sealing on would make a forgery look genuine. */
export class ChainBroken extends Error {
  override readonly name = 'ChainBroken'
}

const mostRows = 2000
const mostBatches = 100
/** The log outside of the database gets a checkpoint this often (seconds). */
const logEvery = 3600

export type Chain = {
  readonly seal: () => Promise<number>
  /** The position up to which no row can appear any more, sealed or not. */
  readonly settled: () => Promise<number>
}

/**
 * Seals what is settled and tells how many rows that was. Before it builds on a batch it checks that this is
 * its own work, and that the chain has not become shorter since this process saw it.
 */
export function createChain(needs: SealNeeds): Chain {
  const horizon = createHorizon(needs.db)
  const notary = createNotary(needs)
  let seen: Batch | undefined

  return {
    settled: horizon.settled,
    seal: async () => {
      const to = await horizon.settled()
      if (seen !== undefined && seen.toSeq >= to) {
        await notBack(needs.db, seen, to)
        return 0
      }
      let rows = 0
      for (let i = 0; i < mostBatches; i += 1) {
        seen = await soundLast(needs, seen)
        const next = await collect(needs.db, seen, to)
        if (next === undefined) break
        const sealed = await write(needs, notary, next)
        if (sealed === undefined) break
        seen = sealed
        rows += sealed.count
      }
      return rows
    },
  }
}

/** Numbers that are drawn twice would put new rows where nobody seals or follows them any more. */
async function notBack(db: Db, { toSeq }: Batch, to: number): Promise<void> {
  // Another node may have sealed further than this one has looked.
  if (toSeq === to || (await drawnSeq(db)) >= toSeq) return
  throw new ChainBroken(`numbers of the audit log up to ${toSeq} were drawn and are forgotten`)
}

async function soundLast(needs: SealNeeds, seen: Batch | undefined): Promise<Batch | undefined> {
  const last = await selectLastBatch(needs.db)
  const number = last?.number ?? 0
  if (seen !== undefined && number < seen.number) {
    throw gone(seen.number)
  }
  if (last === undefined) return undefined
  if (last.number === seen?.number && !last.digest.equals(seen.digest)) {
    throw new ChainBroken(`batch ${number} of the audit log has changed`)
  }
  const verdict = checkSeal(needs.keys, sealedText(last), last)
  if (verdict === 'good') return last
  const why =
    verdict === 'bad' ? 'is forged' : 'was sealed with a master key that is not configured'
  throw new ChainBroken(`batch ${number} of the audit log ${why}`)
}

function gone(number: number): ChainBroken {
  return new ChainBroken(`batch ${number} of the audit log was there and is gone`)
}

type Collected = { readonly head: BatchHead; readonly rows: readonly SealedRow[] }

/** The next rows of one month; undefined when there are none, for gaps alone make no batch. */
async function collect(
  db: Db,
  last: Batch | undefined,
  to: number,
): Promise<Collected | undefined> {
  const fromSeq = (last?.toSeq ?? 0) + 1
  const after = { seq: fromSeq - 1, at: 'infinity' }
  const found = await selectSealedRows(db, { after, to, limit: mostRows })
  const [first] = found
  if (first === undefined) return undefined
  const month = monthOf(first)
  const other = found.findIndex((row) => monthOf(row) !== month)
  const rows = other < 0 ? found : found.slice(0, other)
  const whole = other < 0 && found.length < mostRows
  const head = {
    number: (last?.number ?? 0) + 1,
    month,
    fromSeq,
    toSeq: whole ? to : (rows.at(-1)?.seq ?? to),
    count: rows.length,
    previous: last?.digest ?? beginning,
  }
  return { head, rows }
}

type Notary = ReturnType<typeof createNotary>

/** Undefined when another node was faster. */
async function write(
  needs: SealNeeds,
  notary: Notary,
  { head, rows }: Collected,
): Promise<Batch | undefined> {
  const { db, clock, keys } = needs
  const digests = rows.map(rowDigest)
  const hash = digesting(head)
  for (const digest of digests) hash.add(digest)
  const open = { ...head, digest: hash.digest(), createdAt: clock.now() }
  const batch = { ...open, ...sealWith(keys, sealedText(open)) }
  const leaves = Buffer.concat(rows.map((row, i) => packLeaf(row, digests[i] ?? Buffer.alloc(8))))
  try {
    await insertBatch(db, { ...batch, leaves, checkpoint: await notary.certify(batch) })
    return batch
  } catch (error) {
    if (isUniqueViolation(error, 'audit_batches_pkey')) return undefined
    if (isUniqueViolation(error, 'audit_locators_pkey')) throw gone(head.number)
    throw error
  }
}

/** Signs a checkpoint now and then, keeps the key that verifies it, and tells the log of it. */
function createNotary({ db, clock, keys, issuer, sign, checkpointEvery, log }: SealNeeds) {
  let signed: Date | undefined
  let logged: Date | undefined
  const isDue = (before: Date | undefined, seconds: number) =>
    before === undefined || addSeconds(before, seconds) <= clock.now()

  return {
    certify: async (batch: Batch): Promise<string | null> => {
      signed ??= (await selectCheckpoints(db, null, 1))[0]?.createdAt
      if (!isDue(signed, checkpointEvery)) return null
      const { jws, kid, publicJwk } = await sign(statement(issuer, batch))
      await pinKey(db, { kid, publicJwk, ...sealWith(keys, pinnedText(kid)) }, clock.now())
      signed = batch.createdAt
      if (isDue(logged, logEvery)) {
        logged = batch.createdAt
        log.info({ checkpoint: checkpointOf(batch) }, 'checkpoint of the audit log')
      }
      return jws
    },
  }
}
