import type { Origin } from '../audit/index.ts'
import { appendAudit } from '../audit/index.ts'
import type { Clock, Random, SessionId, UserId } from '../base/index.ts'
import type { Db, Tx } from '../db/index.ts'
import { replaceSession } from './end-session.ts'
import { sessionFailures } from './failures.ts'
import { renewFamilyProof } from './family/store.ts'
import type { Session, SessionLifetimes } from './session.ts'
import { startSession } from './start-session.ts'
import { renewProof } from './store.ts'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly lifetimes: SessionLifetimes
}

/**
 * After a person in a browser proved again who they are: a new session takes the place of the old one, so
 * that an id that leaked before gains nothing (ASVS 7.2.4). The caller hands out the new secret.
 */
export function reauthenticate(
  needs: Needs,
  before: Session,
  origin: Origin,
): Promise<{ session: Session; token: string }> {
  const { userId, kind, amr, acr, remembered } = before
  const { ip, userAgent } = origin
  const from = { ...(ip !== undefined && { ip }), ...(userAgent !== undefined && { userAgent }) }
  return needs.db.transaction(async (tx) => {
    const start = { kind, userId, amr, acr, remembered, ...from }
    const started = await startSession(needs, tx, start)
    await replaceSession(tx, before, started.session, needs.clock.now())
    await audit(needs, tx, { userId, id: started.session.id, origin })
    return started
  })
}

type ApiSession = { readonly userId: UserId; readonly id: SessionId; readonly origin: Origin }

/**
 * The same for an application with tokens: session and tokens only learn the time, for a rotated refresh
 * token is a new secret anyway.
 */
export async function reauthenticateApi(
  needs: Omit<Needs, 'lifetimes'>,
  session: ApiSession,
): Promise<void> {
  await needs.db.transaction(
    async (tx) => {
      const now = needs.clock.now()
      const renewed = await renewProof(tx, session.id, now)
      if (renewed === 0) throw sessionFailures.unknown_session()
      await renewFamilyProof(tx, session.id, now)
      await audit(needs, tx, session)
    },
    { idempotent: true },
  )
}

function audit(
  needs: Pick<Needs, 'clock' | 'random'>,
  tx: Tx,
  { userId, id, origin }: ApiSession,
): Promise<void> {
  return appendAudit(needs, tx, {
    actor: `user:${userId}`,
    action: 'session.reauthenticate',
    resource: `session:${id}`,
    outcome: 'success',
    origin,
  })
}
