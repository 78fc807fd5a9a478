import type { Origin } from '../audit/index.ts'
import { appendAudit } from '../audit/index.ts'
import type { Clock, Random } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { Queue } from '../jobs/index.ts'
import type { Assurance } from '../mfa/index.ts'
import type { TouchedClient } from './clients/store.ts'
import type { Person } from './device/recognise-device.ts'
import { noticeDevice } from './device/recognise-device.ts'
import { endSession, replaceSession } from './end-session.ts'
import type { Session, SessionLifetimes } from './session.ts'
import { keepSession, newSession } from './start-session.ts'

export type SignInNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly lifetimes: SessionLifetimes
  readonly queue: Queue
  readonly issuer: string
}

export type SignIn = {
  readonly person: Person
  readonly proved: Assurance
  /** The session the browser had until now. */
  readonly before?: Session | undefined
  /** The secret of the device cookie. */
  readonly device: string
  /** Whether the person stays signed in beyond the browser window. */
  readonly remember: boolean
  readonly origin: Origin
}

/**
 * Starts a browser session for a person who has proved enough, in one transaction. The session that the browser
 * had before ends, so that nobody can fix a session id in advance (ASVS 7.2.4).
 */
export function signInBrowser(
  needs: SignInNeeds,
  { person, proved, before, device, remember, origin }: SignIn,
): Promise<{ session: Session; token: string }> {
  const { ip, userAgent } = origin
  return needs.db.transaction(async (tx) => {
    const started = newSession(needs, {
      kind: 'browser',
      userId: person.id,
      proved,
      remembered: remember,
      ...(ip !== undefined && { ip }),
      ...(userAgent !== undefined && { userAgent }),
    })
    // Written one behind the other without waiting in between: one round trip.
    await Promise.all([
      keepSession(tx, started),
      before && replaceSession(needs, tx, { before, after: started.session }, needs.clock.now()),
      noticeDevice(needs, tx, { person, device, origin }),
      appendAudit(needs, tx, {
        actor: `user:${person.id}`,
        action: 'session.start',
        resource: `session:${started.session.id}`,
        outcome: 'success',
        origin,
        details: proofDetails(proved),
      }),
    ])
    return started
  })
}

/**
 * Ends a session with everything that may not outlive it. Doing it twice does it once. Tells by which clients
 * the browser must be sent to be signed out of them.
 */
export function signOut(
  needs: Pick<SignInNeeds, 'db' | 'clock' | 'random' | 'queue'>,
  session: Pick<Session, 'id' | 'userId'>,
  origin: Origin,
): Promise<readonly TouchedClient[]> {
  return needs.db.transaction(
    async (tx) => {
      const { ended, frontChannel } = await endSession(needs, tx, session.id, needs.clock.now())
      if (!ended) return frontChannel
      await appendAudit(needs, tx, {
        actor: `user:${session.userId}`,
        action: 'session.end',
        resource: `session:${session.id}`,
        outcome: 'success',
        origin,
      })
      return frontChannel
    },
    { idempotent: true },
  )
}

/** For the audit: a factor that was not asked for never goes unsaid. */
export function proofDetails({ acr, amr, exemption }: Assurance): Record<string, unknown> {
  return { acr, amr, ...(exemption !== undefined && { exemption }) }
}
