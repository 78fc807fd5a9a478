import type { SessionId, UserId } from '../base/index.ts'
import type { Tx } from '../db/index.ts'
import type { Session } from './session.ts'
import {
  markSessionEnded,
  markUserSessionsEnded,
  moveFamilies,
  revokeSessionFamilies,
  revokeUserFamilies,
} from './store.ts'

/** Ends one session and the families that may not outlive it (those without offline_access). */
export async function endSession(tx: Tx, id: SessionId, now: Date): Promise<boolean> {
  const ended = await markSessionEnded(tx, id, now)
  await revokeSessionFamilies(tx, id, now)
  return ended > 0
}

/**
 * Puts a new session in the place of the one the browser had. When the same person signs in again, what
 * their applications hold moves along; when the person changes, it ends.
 */
export async function replaceSession(
  tx: Tx,
  before: Session,
  after: Session,
  now: Date,
): Promise<void> {
  if (before.userId === after.userId) await moveFamilies(tx, before.id, after.id)
  await endSession(tx, before.id, now)
}

/** Ends every session and every family of a user: log out everywhere, deactivation, deletion. */
export async function endUserSessions(tx: Tx, userId: UserId, now: Date): Promise<void> {
  await markUserSessionsEnded(tx, userId, now)
  await revokeUserFamilies(tx, userId, now)
}
