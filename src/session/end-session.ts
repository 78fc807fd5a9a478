import type { SessionId, UserId } from '../base/index.ts'
import type { Tx } from '../db/index.ts'
import type { EndNeeds } from './clients/announce-end.ts'
import { announceEnd } from './clients/announce-end.ts'
import type { TouchedClient } from './clients/store.ts'
import { moveFamilies, revokeSessionFamilies, revokeUserFamilies } from './family/store.ts'
import type { Session } from './session.ts'
import { markSessionEnded, markUserSessionsEnded } from './store.ts'

/** What became of a session: whether this ended it, and by which clients the browser must still be sent. */
export type SessionEnd = {
  readonly ended: boolean
  readonly frontChannel: readonly TouchedClient[]
}

/**
 * Ends one session and the families that may not outlive it (those without offline_access), and has the clients
 * told that know it.
 */
export async function endSession(
  needs: EndNeeds,
  tx: Tx,
  id: SessionId,
  now: Date,
): Promise<SessionEnd> {
  const ended = (await markSessionEnded(tx, id, now)) > 0
  const [, frontChannel] = await Promise.all([
    revokeSessionFamilies(tx, id, now),
    ended ? announceEnd(needs, tx, [id]) : [],
  ])
  return { ended, frontChannel }
}

/**
 * Puts a new session in the place of the one the browser had. When the same person signs in again, what
 * their applications hold moves along; when the person changes, it ends.
 */
export async function replaceSession(
  needs: EndNeeds,
  tx: Tx,
  { before, after }: { readonly before: Session; readonly after: Session },
  now: Date,
): Promise<void> {
  if (before.userId !== after.userId) {
    await endSession(needs, tx, before.id, now)
    return
  }
  // The session first, as everywhere, so that two who end it wait for one another and never in a circle.
  await markSessionEnded(tx, before.id, now)
  await moveFamilies(tx, before.id, after.id)
}

/**
 * Ends every session and every family of a user, offline_access included: log out everywhere,
 * deactivation, deletion. One session and what hangs on it may go on. Tells how many sessions ended.
 */
export async function endUserSessions(
  needs: EndNeeds,
  tx: Tx,
  userId: UserId,
  { now, except }: { readonly now: Date; readonly except?: SessionId | undefined },
): Promise<number> {
  const ended = await markUserSessionsEnded(tx, userId, now, except ?? null)
  await Promise.all([
    revokeUserFamilies(tx, userId, now, except ?? null),
    announceEnd(needs, tx, ended),
  ])
  return ended.length
}
