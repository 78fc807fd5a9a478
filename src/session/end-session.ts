import type { SessionId, UserId } from '../base/index.ts'
import type { Tx } from '../db/index.ts'
import { moveFamilies, revokeSessionFamilies, revokeUserFamilies } from './family/store.ts'
import type { Session } from './session.ts'
import { markSessionEnded, markUserSessionsEnded } from './store.ts'

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
  // The session first, as everywhere, so that two who end it wait for one another and never in a circle.
  await markSessionEnded(tx, before.id, now)
  if (before.userId === after.userId) await moveFamilies(tx, before.id, after.id)
  else await revokeSessionFamilies(tx, before.id, now)
}

/**
 * Ends every session and every family of a user, offline_access included: log out everywhere,
 * deactivation, deletion. One session and what hangs on it may go on. Tells how many sessions ended.
 */
export async function endUserSessions(
  tx: Tx,
  userId: UserId,
  now: Date,
  { except }: { readonly except?: SessionId | undefined } = {},
): Promise<number> {
  const ended = await markUserSessionsEnded(tx, userId, now, except ?? null)
  await revokeUserFamilies(tx, userId, now, except ?? null)
  return ended
}
