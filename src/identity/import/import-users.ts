import type { Clock, Random } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { Candidate } from './candidate.ts'
import type { LineRules, RefusedLine } from './check-line.ts'
import { checkLine } from './check-line.ts'
import { repeated } from './collide.ts'
import type { RoleBook } from './insert-batch.ts'
import { insertBatch, rehearseBatch } from './insert-batch.ts'
import type { Entry } from './reading/entry.ts'
import { createSeen } from './seen.ts'
import { beginRun, linesDone, restartRun } from './store.ts'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  /** Giving roles belongs to another module. */
  readonly roles: RoleBook
}

export type ImportJob = {
  readonly file: { readonly digest: Buffer; readonly entries: AsyncIterable<Entry> }
  readonly rules: LineRules
  readonly dryRun: boolean
  /** From the first line on, although some were done before. */
  readonly restart: boolean
  /** Told once how many lines an earlier run has done. */
  readonly onBegin: (line: number) => void
  readonly onRefused: (refused: RefusedLine) => void
  readonly onProgress: (counts: ImportCounts) => void
  /** Asked between batches. */
  readonly shouldStop: () => boolean
}

/** Of this run; `skipped` users were dealt with by an earlier one. */
export type ImportCounts = {
  readonly line: number
  readonly skipped: number
  readonly imported: number
  readonly exists: number
  readonly refused: number
  readonly withoutPassword: number
}
export type ImportOutcome = ImportCounts & { readonly finished: boolean }

const batchLines = 1000

type Batch = { users: Candidate[]; refused: RefusedLine[]; size: number; line: number }
const nothing = { skipped: 0, imported: 0, exists: 0, refused: 0, withoutPassword: 0 }
const emptyBatch = (): Batch => ({ users: [], refused: [], size: 0, line: 0 })

/**
 * Imports the users of a file in batches. Each is one transaction together with the mark of how far the
 * file has come, so that after any interruption the next run goes on with the first line that is missing.
 */
export async function importUsers(needs: Needs, job: ImportJob): Promise<ImportOutcome> {
  const done = await linesToSkip(needs, job)
  job.onBegin(done)
  const seen = createSeen()
  let counts: ImportCounts = { ...nothing, line: done }
  let batch = emptyBatch()
  const flush = async () => {
    const settled = await settle(needs, job, { ...batch, from: counts.line })
    for (const refused of settled.refused) job.onRefused(refused)
    counts = { ...add(counts, settled), line: batch.line }
    batch = emptyBatch()
    job.onProgress(counts)
  }
  for await (const entry of job.file.entries) {
    const user = judge(needs, entry, { rules: job.rules, seen })
    if (entry.line <= done) {
      counts = { ...counts, skipped: counts.skipped + 1 }
      continue
    }
    if ('row' in user) batch.users.push(user)
    else batch.refused.push(user)
    batch.size += 1
    batch.line = entry.line
    if (batch.size < batchLines) continue
    await flush()
    if (job.shouldStop()) return { ...counts, finished: false }
  }
  if (batch.size > 0) await flush()
  return { ...counts, finished: true }
}

async function linesToSkip({ db, clock }: Needs, { dryRun, restart, file }: ImportJob) {
  const { digest } = file
  if (dryRun) return restart ? 0 : linesDone(db, digest)
  const now = clock.now()
  const done = await beginRun(db, digest, now)
  if (!restart) return done
  await restartRun(db, digest, now)
  return 0
}

type Judging = { readonly rules: LineRules; readonly seen: ReturnType<typeof createSeen> }

/** Also of the lines that are skipped, because a later line may repeat them. */
function judge(needs: Needs, entry: Entry, { rules, seen }: Judging): Candidate | RefusedLine {
  const checked = checkLine(needs, entry, rules)
  if (!checked.ok) return checked.refused
  const errors = repeated(checked.user, seen)
  return errors.length === 0 ? checked.user : { line: entry.line, errors }
}

type Settled = {
  readonly imported: number
  readonly exists: number
  readonly withoutPassword: number
  readonly refused: readonly RefusedLine[]
}

function add(counts: ImportCounts, settled: Settled): ImportCounts {
  return {
    ...counts,
    imported: counts.imported + settled.imported,
    exists: counts.exists + settled.exists,
    refused: counts.refused + settled.refused.length,
    withoutPassword: counts.withoutPassword + settled.withoutPassword,
  }
}

async function settle(
  needs: Needs,
  job: ImportJob,
  batch: Batch & { readonly from: number },
): Promise<Settled> {
  const result = job.dryRun
    ? await rehearseBatch(needs, batch.users)
    : await insertBatch(needs, { ...batch, digest: job.file.digest, to: batch.line })
  const { imported, exists } = result
  const refused = [...batch.refused, ...result.refused].sort((a, b) => a.line - b.line)
  const withoutPassword = imported.filter(({ droppedHash }) => droppedHash).length
  return { imported: imported.length, exists, withoutPassword, refused }
}
