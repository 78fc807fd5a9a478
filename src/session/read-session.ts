import type { Clock } from '../base/index.ts'
import { addSeconds, sha256 } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { Session, SessionLifetimes } from './session.ts'
import { sessionAlive } from './session.ts'
import { selectSession, touchSession } from './store.ts'

/** "Last seen" is written at most this often (seconds), so that reading stays one statement. */
const touchEvery = 60

type Needs = { readonly db: Db; readonly clock: Clock; readonly lifetimes: SessionLifetimes }

/** The living session behind a cookie's secret, whose user is active; otherwise undefined. */
export async function readSession(
  needs: Needs,
  token: string | undefined,
): Promise<Session | undefined> {
  if (token === undefined || token.length > 128) return undefined
  const session = await selectSession(needs.db, sha256(token))
  const now = needs.clock.now()
  if (session === undefined || !sessionAlive(session, needs.lifetimes, now)) return undefined
  if (now < addSeconds(session.lastSeenAt, touchEvery)) return session
  await touchSession(needs.db, session.id, now)
  return { ...session, lastSeenAt: now }
}
