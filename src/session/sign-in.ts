import type { Origin } from '../audit/index.ts'
import { appendAudit } from '../audit/index.ts'
import type { Clock, Random, UserId } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import { endSession, replaceSession } from './end-session.ts'
import type { Session, SessionLifetimes } from './session.ts'
import { acrPassword } from './session.ts'
import { startSession } from './start-session.ts'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly lifetimes: SessionLifetimes
}

/**
 * Starts a browser session after a password was proved, in one transaction. The session that the browser
 * had before ends, so that nobody can fix a session id in advance (ASVS 7.2.4).
 */
export function signInBrowser(
  needs: Needs,
  userId: UserId,
  before: Session | undefined,
  origin: Origin,
): Promise<{ session: Session; token: string }> {
  return needs.db.transaction(async (tx) => {
    const { ip, userAgent } = origin
    const started = await startSession(needs, tx, {
      kind: 'browser',
      userId,
      amr: ['pwd'],
      acr: acrPassword,
      ...(ip !== undefined && { ip }),
      ...(userAgent !== undefined && { userAgent }),
    })
    if (before !== undefined) await replaceSession(tx, before, started.session, needs.clock.now())
    await appendAudit(needs, tx, {
      actor: `user:${userId}`,
      action: 'session.start',
      resource: `session:${started.session.id}`,
      outcome: 'success',
      origin,
    })
    return started
  })
}

/** Ends a session with everything that may not outlive it. Doing it twice does it once. */
export function signOut(
  needs: Omit<Needs, 'lifetimes'>,
  session: Pick<Session, 'id' | 'userId'>,
  origin: Origin,
): Promise<void> {
  return needs.db.transaction(
    async (tx) => {
      if (!(await endSession(tx, session.id, needs.clock.now()))) return
      await appendAudit(needs, tx, {
        actor: `user:${session.userId}`,
        action: 'session.end',
        resource: `session:${session.id}`,
        outcome: 'success',
        origin,
      })
    },
    { idempotent: true },
  )
}
