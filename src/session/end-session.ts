import type { SessionId, UserId } from '../base/index.ts'
import type { Tx } from '../db/index.ts'
import {
  markSessionEnded,
  markUserSessionsEnded,
  revokeSessionFamilies,
  revokeUserFamilies,
} from './store.ts'

/** Ends one session and the families that may not outlive it (those without offline_access). */
export async function endSession(tx: Tx, id: SessionId, now: Date): Promise<boolean> {
  const ended = await markSessionEnded(tx, id, now)
  await revokeSessionFamilies(tx, id, now)
  return ended > 0
}

/** Ends every session and every family of a user: log out everywhere, deactivation, deletion. */
export async function endUserSessions(tx: Tx, userId: UserId, now: Date): Promise<void> {
  await markUserSessionsEnded(tx, userId, now)
  await revokeUserFamilies(tx, userId, now)
}
