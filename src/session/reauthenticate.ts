import type { Origin } from '../audit/index.ts'
import { appendAudit } from '../audit/index.ts'
import type { Clock, Random, SessionId, UserId } from '../base/index.ts'
import type { Db, Tx } from '../db/index.ts'
import type { Assurance } from '../mfa/index.ts'
import { replaceSession } from './end-session.ts'
import { sessionFailures } from './failures.ts'
import { renewFamilyProof } from './family/store.ts'
import type { Session, SessionLifetimes } from './session.ts'
import { proofDetails } from './sign-in.ts'
import { startSession } from './start-session.ts'
import { renewProof } from './store.ts'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly lifetimes: SessionLifetimes
}

/** What was proved now, together with what counts of the proofs before. */
type Reproof = { readonly proved: Assurance; readonly origin: Origin }

/**
 * After a person in a browser proved again who they are: a new session takes the place of the old one, so
 * that an id that leaked before gains nothing (ASVS 7.2.4). The caller hands out the new secret.
 */
export function reauthenticate(
  needs: Needs,
  before: Session,
  { proved, origin }: Reproof,
): Promise<{ session: Session; token: string }> {
  const { userId, kind, remembered } = before
  const { ip, userAgent } = origin
  const from = { ...(ip !== undefined && { ip }), ...(userAgent !== undefined && { userAgent }) }
  return needs.db.transaction(async (tx) => {
    const start = { kind, userId, proved, remembered, ...from }
    const started = await startSession(needs, tx, start)
    await replaceSession(tx, before, started.session, needs.clock.now())
    await audit(needs, tx, { userId, id: started.session.id, proved, origin })
    return started
  })
}

type ApiSession = Reproof & { readonly userId: UserId; readonly id: SessionId }

/**
 * The same for an application with tokens: session and tokens only learn what was proved, for a rotated
 * refresh token is a new secret anyway.
 */
export async function reauthenticateApi(
  needs: Omit<Needs, 'lifetimes'>,
  session: ApiSession,
): Promise<void> {
  await needs.db.transaction(
    async (tx) => {
      const now = needs.clock.now()
      const renewed = await renewProof(tx, session.id, session.proved, now)
      if (renewed === 0) throw sessionFailures.unknown_session()
      await renewFamilyProof(tx, session.id, session.proved)
      await audit(needs, tx, session)
    },
    { idempotent: true },
  )
}

function audit(
  needs: Pick<Needs, 'clock' | 'random'>,
  tx: Tx,
  { userId, id, proved, origin }: ApiSession,
): Promise<void> {
  return appendAudit(needs, tx, {
    actor: `user:${userId}`,
    action: 'session.reauthenticate',
    resource: `session:${id}`,
    outcome: 'success',
    origin,
    details: proofDetails(proved),
  })
}
