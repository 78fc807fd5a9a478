import { Type } from 'typebox'
import type { UserId } from '../../base/index.ts'
import { Failure } from '../../base/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import type { JobKind, RunningJob } from '../../jobs/index.ts'
import type { UserSearch } from '../users/search/user-search.ts'
import type { ChangeNeeds } from './change-one.ts'
import { changeOne, requireMay } from './change-one.ts'
import type { BulkError, Reached } from './operation.ts'
import type { BulkRow } from './store.ts'
import { advance, finish, markRunning, passOver, selectOperation, selectTargets } from './store.ts'

export type ChunkNeeds = ChangeNeeds & { readonly userSearch: UserSearch }

const attempts = 8

export const bulkJob: JobKind<{ readonly operation: string }> = {
  name: 'admin.bulk',
  attempts,
  schema: Type.Object({ operation: Type.String({ format: 'uuid' }) }),
}

/** How many users one job changes; then it makes room for other jobs. */
const chunk = 100

/** Does the next part of an operation and leaves the rest to the next job. */
export async function runChunk(
  needs: ChunkNeeds,
  { operation: id }: { readonly operation: string },
  { attempt }: Pick<RunningJob, 'attempt'>,
): Promise<void> {
  await markRunning(needs.db, id, needs.clock.now())
  const row = await selectOperation(needs.db, id)
  if (row?.state !== 'running') return
  try {
    await work(needs, row)
  } catch (error) {
    if (attempt >= attempts) await finish(needs.db, id, 'failed', needs.clock.now())
    throw error
  }
}

type Next = { readonly userId: UserId; readonly at: string | null }
type Part = {
  readonly next: readonly Next[]
  /** Where a filter goes on; null at the end of the list. */
  readonly goesOn: string | null
  readonly isLast: boolean
}

async function work(needs: ChunkNeeds, row: BulkRow): Promise<void> {
  const part = await load(needs, row)
  let reached: Reached = { at: row.reachedAt, id: row.reachedId }
  for (const { userId, at } of part.next) {
    const to = { at, id: userId }
    // Whoever comes second leaves the rest to who was first; the same when it was cancelled.
    if (!(await one(needs, row, { from: reached, to }))) return
    reached = to
  }
  await needs.db.transaction(async (tx) => {
    if ((await passOver(tx, row.id, reached, part.goesOn)) === 0) return
    if (part.isLast) await finish(tx, row.id, 'done', needs.clock.now())
    else await needs.queue.add(tx, bulkJob, { operation: row.id })
  })
}

async function load(needs: ChunkNeeds, row: BulkRow): Promise<Part> {
  const { id, filter, horizon, reachedAt, reachedId } = row
  if (filter === null) {
    const targets = await selectTargets(needs.db, id, reachedId, chunk)
    const next = targets.map((userId) => ({ userId, at: null }))
    return { next, goesOn: null, isLast: targets.length < chunk }
  }
  const until = filter.created_before
  const end = until !== null && new Date(until) < horizon ? until : horizon.toISOString()
  const { items, cursors, next } = await needs.userSearch.find({
    filter: { ...filter, created_before: end },
    sort: 'created_at',
    limit: chunk,
    after: reachedAt ?? undefined,
  })
  const people = items.map((user, i) => ({ userId: user.id, at: cursors[i] ?? null }))
  return { next: people, goesOn: next, isLast: next === null }
}

type Step = { readonly from: Reached; readonly to: Reached & { readonly id: UserId } }

/** The change and the progress in one transaction; false when this user is not ours to change. */
async function one(needs: ChunkNeeds, row: BulkRow, { from, to }: Step): Promise<boolean> {
  const about = { operation: row, userId: to.id }
  try {
    await requireMay(needs, about)
    const done = await needs.db.transaction(async (tx) => {
      if ((await advance(tx, row.id, from, { to })) === 0) return false
      await changeOne({ ...needs, db: within(tx, needs.db) }, about)
      return true
    })
    if (done) needs.access.changed()
    return done
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.kind.status >= 500) throw failure
    const error: BulkError = { user_id: to.id, code: failure.kind.code }
    return (await advance(needs.db, row.id, from, { to, error })) > 0
  }
}

/** A database whose transactions are parts of one that is open already. */
function within(tx: Tx, db: Db): Db {
  return { ...db, ...tx, transaction: (work) => work(tx) }
}
