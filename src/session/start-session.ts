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

type Started = { readonly session: Session; readonly token: string }

/** Starts a session and returns the secret for its cookie; only the digest is kept (ASVS 7.2.3, 7.2.4). */
export async function startSession(needs: Needs, tx: Tx, start: SessionStart): Promise<Started> {
  const started = newSession(needs, start)
  await keepSession(tx, started)
  return started
}

/** The session and its secret, not written yet. */
export function newSession(needs: Needs, start: SessionStart): Started {
  const now = needs.clock.now()
  const session: Session = {
    id: newId<SessionId>(needs.clock, needs.random),
    kind: start.kind,
    userId: start.userId,
    authTime: new Date(start.proved.authTime),
    amr: start.proved.amr,
    acr: start.proved.acr,
    exemption: start.proved.exemption ?? null,
    ipAddress: start.ip ?? null,
    userAgent: start.userAgent?.slice(0, 512) ?? null,
    remembered: start.remembered,
    impersonator: start.impersonator ?? null,
    createdAt: now,
    lastSeenAt: now,
    expiresAt: addSeconds(now, endOf(needs.lifetimes, start.remembered)),
    endedAt: null,
  }
  return { session, token: randomToken(needs.random) }
}

export function keepSession(tx: Tx, { session, token }: Started): Promise<void> {
  return insertSession(tx, session, sha256(token))
}
