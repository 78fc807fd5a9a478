import type { Clock, Random, SessionId } from '../base/index.ts'
import { addSeconds, newId, randomToken, sha256 } from '../base/index.ts'
import type { Tx } from '../db/index.ts'
import type { Session, SessionLifetimes, SessionStart } from './session.ts'
import { endOf } from './session.ts'
import { insertSession } from './store.ts'

type Needs = {
  readonly clock: Clock
  readonly random: Random
  readonly lifetimes: SessionLifetimes
}

/** Starts a session and returns the secret for its cookie; only the digest is kept (ASVS 7.2.3, 7.2.4). */
export async function startSession(
  needs: Needs,
  tx: Tx,
  start: SessionStart,
): Promise<{ session: Session; token: string }> {
  const now = needs.clock.now()
  const token = randomToken(needs.random)
  const session: Session = {
    id: newId<SessionId>(needs.clock, needs.random),
    kind: start.kind,
    userId: start.userId,
    authTime: now,
    amr: start.amr,
    acr: start.acr,
    ipAddress: start.ip ?? null,
    userAgent: start.userAgent?.slice(0, 512) ?? null,
    remembered: start.remembered,
    createdAt: now,
    lastSeenAt: now,
    expiresAt: addSeconds(now, endOf(needs.lifetimes, start.remembered)),
    endedAt: null,
  }
  await insertSession(tx, session, sha256(token))
  return { session, token }
}
