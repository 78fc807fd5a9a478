import type { Clock, UserId } from '../base/index.ts'
import type { Queries } from '../db/index.ts'
import type { Session, SessionLifetimes } from './session.ts'
import { sessionAlive } from './session.ts'
import { selectUserSessions } from './store.ts'

type Needs = {
  readonly db: Queries
  readonly clock: Clock
  readonly lifetimes: SessionLifetimes
  readonly apiLifetimes: SessionLifetimes
}

/** More than anybody reads; what is beyond can still be ended together with all others. */
const most = 200

/** Where a person is signed in now, the session used last first (ASVS 7.5.2). */
export async function listSessions(needs: Needs, userId: UserId): Promise<Session[]> {
  const now = needs.clock.now()
  const sessions = await selectUserSessions(needs.db, userId, now, most)
  return sessions.filter((session) => {
    const { lifetimes, apiLifetimes } = needs
    return sessionAlive(session, session.kind === 'api' ? apiLifetimes : lifetimes, now)
  })
}
