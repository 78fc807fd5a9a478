import type { Clock, Random } from '../../base/index.ts'
import { addSeconds } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import { appendAudit } from '../append.ts'
import type { ChainKeys } from '../chain/batch.ts'
import { prunedText, sealWith } from '../chain/batch.ts'
import {
  addMonth,
  deleteLocators,
  dropMonth,
  insertPrune,
  monthsInDefault,
  openRowsOfMonth,
  partitionedMonths,
  sealedOfMonth,
} from './store.ts'

export type KeepNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly keys: ChainKeys
  /** Seconds that entries are kept; 0 keeps them for ever. */
  readonly retention: number
  readonly log: { readonly warn: (facts: object, words: string) => void }
}

export type Maintained = { readonly added: string[]; readonly pruned: string[] }

const monthsAhead = 2
const mostAtOnce = 24

/** Makes the partitions of this and the next months, and deletes months that are older than the rule. */
export async function maintainLog(needs: KeepNeeds): Promise<Maintained> {
  const { db, clock } = needs
  const current = monthAt(clock.now())
  const wanted = Array.from({ length: monthsAhead + 1 }, (_, n) => monthAfter(current, n))
  const added: string[] = []
  for (const month of [...wanted, ...(await monthsInDefault(db, mostAtOnce))]) {
    if (await addMonth(db, month)) added.push(month)
  }
  return { added, pruned: await pruneLog(needs) }
}

async function pruneLog(needs: KeepNeeds): Promise<string[]> {
  const { db, clock, retention } = needs
  if (retention <= 0) return []
  const before = addSeconds(clock.now(), -retention).toISOString()
  const pruned: string[] = []
  for (const month of await partitionedMonths(db)) {
    // The whole month must be older: its end is the beginning of the next one.
    if (`${monthAfter(month, 1)}T00:00:00.000Z` > before) continue
    if (await pruneMonth(needs, month)) pruned.push(month)
  }
  return pruned
}

/** Record, entry and deletion are one transaction. False while a row of the month waits to be sealed. */
function pruneMonth(needs: KeepNeeds, month: string): Promise<boolean> {
  const { db, clock, keys, log } = needs
  return db.transaction(async (tx) => {
    const { lastBatch, open } = await openRowsOfMonth(tx, month)
    if (open) {
      log.warn({ month }, 'a month of the audit log is due but holds rows that are not sealed')
      return false
    }
    const { rows, firstSeq, lastSeq } = await sealedOfMonth(tx, month)
    await dropMonth(tx, month)
    if (rows === 0) return true
    await deleteLocators(tx, month)
    const prune = { month, lastBatch, rows, createdAt: clock.now() }
    await insertPrune(tx, { ...prune, ...sealWith(keys, prunedText(prune)) })
    await appendAudit(needs, tx, {
      actor: 'system',
      action: 'audit.prune',
      resource: `audit:${month.slice(0, 7)}`,
      outcome: 'success',
      details: { rows, first_seq: firstSeq, last_seq: lastSeq },
    })
    return true
  })
}

/** `YYYY-MM-01` in UTC. */
function monthAt(at: Date): string {
  return `${at.toISOString().slice(0, 7)}-01`
}

function monthAfter(month: string, count: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const months = year * 12 + (number - 1) + count
  return `${String(Math.floor(months / 12)).padStart(4, '0')}-${String((months % 12) + 1).padStart(2, '0')}-01`
}
