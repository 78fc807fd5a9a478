import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { Clock, Random, UserId } from '../../base/index.ts'
import { addSeconds, newId, randomToken, sha256 } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { Queue } from '../../jobs/index.ts'
import { writeLetter } from '../../mail/index.ts'
import type { Person } from '../device/recognise-device.ts'
import { endSession, replaceSession } from '../end-session.ts'
import { sessionFailures } from '../failures.ts'
import type { Session } from '../session.ts'
import { keepSession, newSession } from '../start-session.ts'
import type { Impersonation } from './impersonation.ts'
import {
  insertImpersonation,
  markImpersonationEnded,
  markStarted,
  selectOfSession,
  selectWaiting,
} from './store.ts'

type Needs = { readonly db: Db; readonly clock: Clock; readonly random: Random }
type EndingNeeds = Needs & { readonly queue: Queue }
type By = { readonly actor: string; readonly origin: Origin }

/** Seconds in which the link must be opened. */
const linkLifetime = 60
/** Seconds for which it can be looked up who was in an account; the audit log keeps it as long as it keeps anything. */
const kept = 365 * 86_400

type Preparation = {
  readonly admin: { readonly id: UserId; readonly name: string }
  readonly userId: UserId
  readonly reason: string
  readonly minutes: number
}

/** A link that opens a session in the account of somebody else, once and soon. */
export async function prepareImpersonation(
  needs: Needs,
  { admin, userId, reason, minutes }: Preparation,
  by: By,
): Promise<{ readonly impersonation: Impersonation; readonly token: string }> {
  const now = needs.clock.now()
  const token = randomToken(needs.random)
  const impersonation: Impersonation = {
    id: newId<string>(needs.clock, needs.random),
    adminId: admin.id,
    adminName: admin.name,
    userId,
    reason,
    minutes,
    createdAt: now,
    linkUntil: addSeconds(now, linkLifetime),
    sessionId: null,
    startedAt: null,
    endsAt: null,
    endedAt: null,
  }
  await needs.db.transaction(async (tx) => {
    await insertImpersonation(tx, impersonation, sha256(token), addSeconds(now, kept))
    await appendAudit(needs, tx, {
      ...by,
      action: 'impersonation.prepare',
      resource: `user:${userId}`,
      outcome: 'success',
      details: { impersonation: impersonation.id, reason, minutes },
    })
  })
  return { impersonation, token }
}

/** What a link would open, for showing it; undefined for nothing. */
export function readImpersonation(
  { db, clock }: Pick<Needs, 'db' | 'clock'>,
  token: string,
): Promise<Impersonation | undefined> {
  return selectWaiting(db, sha256(token), clock.now())
}

type Start = {
  readonly token: string
  readonly impersonation: Impersonation
  readonly person: Person
  /** The session that the browser had until now. */
  readonly before: Session | undefined
  readonly origin: Origin
}

type StartNeeds = Needs & {
  readonly queue: Queue
  readonly issuer: string
  readonly describeDevice: (userAgent: string | undefined) => string
}

/**
 * Opens the session. It proves nothing, so whatever asks for a recent proof refuses it; it is never
 * remembered, and ends after its minutes whatever happens in it. The person gets a letter.
 */
export async function startImpersonation(
  needs: StartNeeds,
  { token, impersonation, person, before, origin }: Start,
): Promise<{ readonly session: Session; readonly token: string }> {
  const { ip, userAgent } = origin
  const { id, adminId, adminName, minutes, reason } = impersonation
  return needs.db.transaction(async (tx) => {
    const now = needs.clock.now()
    const seconds = minutes * 60
    const started = newSession(
      { ...needs, lifetimes: { idle: seconds, absolute: seconds } },
      {
        kind: 'browser',
        userId: person.id,
        proved: { acr: 'urn:cardea:impersonation', amr: [], authTime: 0 },
        remembered: false,
        impersonator: adminId,
        ...(ip !== undefined && { ip }),
        ...(userAgent !== undefined && { userAgent }),
      },
    )
    const { session } = started
    const beginning = { sessionId: session.id, now, endsAt: session.expiresAt }
    if ((await markStarted(tx, sha256(token), beginning)) === 0)
      throw sessionFailures.impersonation_link()
    await keepSession(tx, started)
    if (before !== undefined) await replaceSession(needs, tx, { before, after: session }, now)
    await appendAudit(needs, tx, {
      actor: `user:${adminId}`,
      action: 'impersonation.start',
      resource: `user:${person.id}`,
      outcome: 'success',
      origin,
      details: {
        impersonation: id,
        session: session.id,
        reason,
        until: session.expiresAt.toISOString(),
      },
    })
    if (person.email !== null) {
      const values = {
        username: person.username,
        at: now.toISOString(),
        device: needs.describeDevice(userAgent),
        ip: ip ?? '',
        admin: adminName,
        reason,
        until: session.expiresAt.toISOString(),
        sessionsUrl: `${needs.issuer}/account/sessions`,
      }
      const locale = person.profile.locale ?? 'en'
      await writeLetter(needs, tx, { to: person.email, locale, template: 'impersonated', values })
    }
    return started
  })
}

/** Ends it at once, the link or the session. Fails with 404 when it is over. */
export async function endImpersonation(needs: EndingNeeds, id: string, by: By): Promise<void> {
  await needs.db.transaction(async (tx) => {
    const now = needs.clock.now()
    const ended = await markImpersonationEnded(tx, id, by.actor, now)
    if (ended === undefined) throw sessionFailures.unknown_impersonation()
    if (ended.sessionId !== null) await endSession(needs, tx, ended.sessionId, now)
    await appendAudit(needs, tx, {
      ...by,
      action: 'impersonation.end',
      resource: `user:${ended.userId}`,
      outcome: 'success',
      details: { impersonation: id, reason: ended.reason },
    })
  })
}

/** The same by who is in the session. */
export async function leaveImpersonation(
  needs: EndingNeeds,
  { id: sessionId, impersonator }: Session,
  { ip, userAgent, requestId }: Required<Pick<Origin, 'ip' | 'requestId'>> & Origin,
): Promise<void> {
  const found = await selectOfSession(needs.db, sessionId)
  if (found === undefined || impersonator === null) throw sessionFailures.unknown_impersonation()
  // Said of the administrator alone: leaving is nothing that is done in the account.
  const origin = { ip, requestId, ...(userAgent !== undefined && { userAgent }) }
  await endImpersonation(needs, found.id, { actor: `user:${impersonator}`, origin })
}
