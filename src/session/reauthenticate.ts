import type { Origin } from '../audit/index.ts'
import { appendAudit } from '../audit/index.ts'
import type { Clock, Random, SessionId, UserId } from '../base/index.ts'
import { sha256 } from '../base/index.ts'
import type { Db, Tx } from '../db/index.ts'
import type { Assurance } from '../mfa/index.ts'
import { sessionFailures } from './failures.ts'
import { renewFamilyProof } from './family/store.ts'
import type { Session, SessionLifetimes } from './session.ts'
import { proofDetails } from './sign-in.ts'
import { newSession } from './start-session.ts'
import { renewProof, renewSession } from './store.ts'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly lifetimes: SessionLifetimes
}

/** What was proved now, together with what counts of the proofs before. */
type Reproof = { readonly proved: Assurance; readonly origin: Origin }

/**
 * After a person in a browser proved again who they are, or proved more: the session gets a new secret, so
 * that one that leaked before gains nothing (ASVS 7.2.4), and stays the one that its applications know by
 * its `sid`. The caller hands out the new secret. Fails with 404 when the session has ended meanwhile.
 */
export function reauthenticate(
  needs: Needs,
  before: Session,
  { proved, origin }: Reproof,
): Promise<{ session: Session; token: string }> {
  // Whoever is in the account of somebody else proves nothing about that person.
  if (before.impersonator !== null) throw sessionFailures.impersonated()
  const { userId, kind, remembered, id, createdAt } = before
  const { ip, userAgent } = origin
  const from = { ...(ip !== undefined && { ip }), ...(userAgent !== undefined && { userAgent }) }
  return needs.db.transaction(async (tx) => {
    const made = newSession(needs, { kind, userId, proved, remembered, ...from })
    const session = { ...made.session, id, createdAt }
    const renewed = await renewSession(tx, session, sha256(made.token))
    if (renewed === 0) throw sessionFailures.unknown_session()
    await audit(needs, tx, { userId, id, proved, origin })
    return { session, token: made.token }
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
