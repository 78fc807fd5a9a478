import type { Queries } from '../../db/index.ts'
import type { Batch, ChainKeys, Prune } from './batch.ts'
import { beginning, checkpointOf, checkSeal, digesting, prunedText, sealedText } from './batch.ts'
import { checkCheckpoint, parseCheckpoint } from './checkpoint.ts'
import { locate } from './locate.ts'
import type { Problem } from './problem.ts'
import type { RowReader } from './read-rows.ts'
import { readRows } from './read-rows.ts'
import { monthOf, rowDigest } from './row.ts'
import type { PinnedKey } from './store.ts'
import {
  drawnSeq,
  selectBatches,
  selectPinnedKeys,
  selectPrunes,
  selectSpan,
  selectTraces,
} from './store.ts'

type Needs = { readonly db: Queries; readonly keys: ChainKeys }

export type Scope = {
  /** Only batches that were sealed in this period. */
  readonly from?: Date
  readonly to?: Date
  /** A checkpoint that was noted earlier, outside of the database. */
  readonly checkpoint?: string
}

export type Report = {
  rows: number
  batches: number
  /** Rows that wait to be sealed. */
  unsealed: number
  /** Batches whose seal was made with a master key that is not configured. */
  unknownKeys: number
  readonly pruned: readonly Prune[]
  /** The first ones; `faults` counts all. */
  readonly problems: Problem[]
  faults: number
  newest?: { readonly checkpoint: string; readonly sealedAt: Date; readonly rowsTo: number }
  /** The newest signed checkpoint, as the world outside can verify it. */
  signed?: string
}

const mostProblems = 1000
const page = 200

type Walk = {
  readonly needs: Needs
  readonly report: Report
  readonly reader: RowReader
  readonly pinned: readonly PinnedKey[]
  readonly noted: ReturnType<typeof parseCheckpoint>
  readonly whole: boolean
}

type Stored = Batch & { readonly checkpoint: string | null }

/** Goes through the log once, from the first batch to the last, with a page of it in memory. */
export async function verifyChain(needs: Needs, scope: Scope = {}): Promise<Report> {
  const { db } = needs
  const traces = await selectTraces(db)
  const report: Report = {
    rows: 0,
    batches: 0,
    unsealed: 0,
    unknownKeys: 0,
    pruned: [],
    problems: [],
    faults: 0,
  }
  const pruned = await soundPrunes(needs, report)
  const span = await selectSpan(db, scope.from ?? null, scope.to ?? null)
  const before =
    span === undefined || span.first === 1
      ? undefined
      : (await selectBatches(db, span.first - 2, 1))[0]
  const whole = scope.from === undefined && scope.to === undefined
  const walk: Walk = {
    needs,
    report: Object.assign(report, { pruned }),
    reader: readRows(db, whole ? -Number.MAX_SAFE_INTEGER : (before?.toSeq ?? 0)),
    pinned: await selectPinnedKeys(db),
    noted: scope.checkpoint === undefined ? undefined : parseCheckpoint(scope.checkpoint),
    whole,
  }
  const last = await followBatches(walk, whole ? undefined : before, span?.last ?? 0)
  checkNoted(walk, last)
  if (!whole) return report
  checkTraces(report, traces, last)
  await checkTail(walk)
  return report
}

function note(report: Report, ...problems: readonly Problem[]): void {
  report.faults += problems.length
  report.problems.push(...problems.slice(0, mostProblems - report.problems.length))
}

async function soundPrunes({ db, keys }: Needs, report: Report): Promise<Prune[]> {
  const prunes = await selectPrunes(db)
  return prunes.filter((prune) => {
    const verdict = checkSeal(keys, prunedText(prune), prune)
    if (verdict === 'good') return true
    const why = verdict === 'bad' ? 'forged' : 'sealed with a key that is not configured'
    note(report, { kind: 'batch', why: `the record of pruning ${prune.month} is ${why}` })
    return false
  })
}

async function followBatches(
  walk: Walk,
  before: Batch | undefined,
  to: number,
): Promise<Batch | undefined> {
  let last = before
  let newestSeal: ReturnType<typeof checkSeal> = 'good'
  for (;;) {
    const batches = await selectBatches(walk.needs.db, last?.number ?? 0, page)
    for (const batch of batches) {
      if (!walk.whole && batch.number > to) return last
      checkLink(walk, last, batch)
      newestSeal = await checkBatch(walk, batch)
      last = batch
    }
    if (batches.length < page) break
  }
  if (newestSeal === 'unknown') {
    const why = 'the newest seal was made with a master key that is not configured'
    note(walk.report, { kind: 'batch', why, ...(last && { batch: last.number }) })
  }
  return last
}

/** That a batch continues the one before it. */
function checkLink({ report }: Walk, last: Batch | undefined, batch: Batch): void {
  const { number, fromSeq, previous } = batch
  const expected = (last?.number ?? 0) + 1
  if (number !== expected) {
    const gone =
      expected === number - 1 ? `batch ${expected}` : `batches ${expected} to ${number - 1}`
    note(report, { kind: 'batch', batch: number, why: `${gone} before it: gone` })
    return
  }
  const starts = fromSeq === (last?.toSeq ?? 0) + 1
  if (!starts || !previous.equals(last?.digest ?? beginning)) {
    note(report, { kind: 'batch', batch: number, why: 'it does not continue the one before it' })
  }
}

async function checkBatch(walk: Walk, batch: Stored): Promise<ReturnType<typeof checkSeal>> {
  const { report, needs, pinned } = walk
  const seal = checkSeal(needs.keys, sealedText(batch), batch)
  const fits = await checkRows(walk, batch)
  report.batches += 1
  if (seal === 'unknown') report.unknownKeys += 1
  if (!fits || seal === 'bad') {
    const rows = isPruned(report, batch) ? [] : await locate(needs.db, batch)
    note(report, ...rows)
    if (seal === 'bad')
      note(report, { kind: 'batch', batch: batch.number, why: 'its seal is forged' })
    else if (rows.length === 0) {
      note(report, { kind: 'batch', batch: batch.number, why: 'its rows are not what it says' })
    }
  }
  if (batch.checkpoint !== null) {
    const signed = { ...batch, checkpoint: batch.checkpoint }
    const why = await checkCheckpoint({ keys: needs.keys, pinned }, signed)
    if (why !== undefined) {
      note(report, { kind: 'batch', batch: batch.number, why: `its signed checkpoint: ${why}` })
    }
    report.signed = batch.checkpoint
  }
  if (walk.noted?.number === batch.number && walk.noted.checkpoint !== checkpointOf(batch)) {
    note(report, { kind: 'batch', batch: batch.number, why: 'it is not the one that was noted' })
  }
  const { createdAt: sealedAt, toSeq: rowsTo } = batch
  report.newest = { checkpoint: checkpointOf(batch), sealedAt, rowsTo }
  return seal
}

function isPruned({ pruned }: Report, { month, number }: Batch): boolean {
  return pruned.some((prune) => prune.month === month && number <= prune.lastBatch)
}

/** Takes the rows of a batch; true when they are the ones it sealed (or were deleted by the rule). */
async function checkRows({ report, reader }: Walk, batch: Batch): Promise<boolean> {
  const hash = digesting(batch)
  let count = 0
  let sameMonth = true
  for (;;) {
    const row = await reader.peek()
    if (row === undefined || row.seq > batch.toSeq) break
    reader.take()
    if (row.seq < batch.fromSeq) {
      note(report, { kind: 'inserted', seq: row.seq, id: row.id })
      continue
    }
    hash.add(rowDigest(row))
    count += 1
    sameMonth &&= monthOf(row) === batch.month
  }
  report.rows += count
  if (isPruned(report, batch)) return count === 0
  return count === batch.count && sameMonth && hash.digest().equals(batch.digest)
}

function checkNoted({ report, noted, whole }: Walk, last: Batch | undefined): void {
  if (noted === undefined || !whole || noted.number <= (last?.number ?? 0)) return
  const why = `batch ${noted.number} was noted, the log ends at batch ${last?.number ?? 0}`
  note(report, { kind: 'truncated', why })
}

type Traces = Awaited<ReturnType<typeof selectTraces>>

/** Read before the walk, so that a batch that is sealed meanwhile is no surprise. */
function checkTraces(report: Report, { followed, located }: Traces, last: Batch | undefined): void {
  const { number = 0, toSeq = 0 } = last ?? {}
  if (followed > toSeq) {
    const why = `followers have seen rows up to seq ${followed}, the seals end at ${toSeq}`
    note(report, { kind: 'truncated', why })
  } else if (located > number) {
    note(report, {
      kind: 'truncated',
      why: `there was a batch ${located}, the log ends at ${number}`,
    })
  }
}

/** What stands behind the last seal waits for the next one, if its number was ever drawn. */
async function checkTail({ needs, report, reader }: Walk): Promise<void> {
  let drawn = await drawnSeq(needs.db)
  for (;;) {
    const row = await reader.peek()
    if (row === undefined) return
    reader.take()
    // Rows are added while we look.
    if (row.seq > drawn) drawn = await drawnSeq(needs.db)
    if (row.seq <= drawn) report.unsealed += 1
    else {
      const why = 'the number was never drawn'
      note(report, { kind: 'inserted', seq: row.seq, id: row.id, why })
    }
  }
}
