import type { Clock } from '../../base/index.ts'
import { addSeconds } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { AuditFollower, AuditStream } from './follower.ts'
import type { Cursor } from './store.ts'
import {
  insertCursor,
  lockCursor,
  moveCursor,
  postponeCursor,
  selectProgress,
  selectRecords,
} from './store.ts'

export type FollowNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly log: { readonly warn: (facts: object, words: string) => void }
  /** For counting. */
  readonly onFailure?: (follower: string) => void
}

type Any = AuditFollower | AuditStream

const batch = 500
/** So that one that is far behind does not keep a job for ever. */
const mostBatches = 40
const longestPause = 300

/**
 * Takes every follower as far as the log is sealed, or to a given position. One that fails waits longer each
 * time; the others go on.
 */
export async function follow(
  needs: FollowNeeds,
  followers: readonly Any[],
  settled = 0,
): Promise<void> {
  if (followers.length === 0) return
  const { sealed: bySeal, cursors } = await selectProgress(needs.db)
  const sealed = Math.max(bySeal, settled)
  const now = needs.clock.now()
  const turns = followers.map(async (follower) => {
    const cursor = cursors.find(({ name }) => name === follower.name)
    const waits = cursor?.retryAt != null && cursor.retryAt > now
    if (waits || (cursor !== undefined && cursor.seq >= sealed)) return
    await attempt(needs, follower, { cursor, sealed })
  })
  await Promise.all(turns)
}

type Progress = { readonly cursor: Cursor | undefined; readonly sealed: number }

async function attempt(needs: FollowNeeds, follower: Any, progress: Progress): Promise<void> {
  const { db, clock, log, onFailure } = needs
  const { cursor, sealed } = progress
  const { name } = follower
  try {
    if (cursor === undefined) {
      await insertCursor(db, name, follower.from === 'now' ? sealed : 0, clock.now())
    }
    const step = () =>
      'handle' in follower
        ? handleBatch(needs, follower, sealed)
        : writeBatch(needs, follower, sealed)
    for (let i = 0; i < mostBatches; i += 1) if (!(await step())) return
  } catch (err) {
    const failures = (cursor?.failures ?? 0) + 1
    log.warn({ err, follower: name, failures }, 'a follower of the audit log failed')
    onFailure?.(name)
    const pause = Math.min(longestPause, 2 ** Math.min(failures, 10))
    const retryAt = addSeconds(clock.now(), pause)
    await postponeCursor(db, name, { failures, retryAt }).catch(() => undefined)
  }
}

/** One batch in one transaction; false when there was nothing left. */
function handleBatch(needs: FollowNeeds, follower: AuditFollower, to: number): Promise<boolean> {
  const { name, handle } = follower
  return needs.db.transaction(async (tx) => {
    const from = await lockCursor(tx, name)
    if (from === undefined || from >= to) return false
    const records = await selectRecords(tx, { after: from, to, limit: batch })
    if (records.length > 0) await handle(tx, records)
    const reached = records.length < batch ? to : (records.at(-1)?.seq ?? to)
    await moveCursor(tx, { name, from, to: reached, at: needs.clock.now() })
    return reached < to
  })
}

/** The cursor moves when the records are out: what is interrupted in between is sent again. */
async function writeBatch(needs: FollowNeeds, stream: AuditStream, to: number): Promise<boolean> {
  const { db, clock } = needs
  const { name, write } = stream
  const { cursors } = await selectProgress(db)
  const from = cursors.find((cursor) => cursor.name === name)?.seq
  if (from === undefined || from >= to) return false
  const records = await selectRecords(db, { after: from, to, limit: batch })
  if (records.length > 0) await write(records)
  const reached = records.length < batch ? to : (records.at(-1)?.seq ?? to)
  const moved = await moveCursor(db, { name, from, to: reached, at: clock.now() })
  return moved > 0 && reached < to
}
