import { Type } from 'typebox'
import { appendAudit } from '../../audit/index.ts'
import type { JobKind } from '../../jobs/index.ts'
import { writeLetter } from '../../mail/index.ts'
import type { AccountCore } from '../account-needs.ts'
import { issueActionToken } from '../action-token/action-token.ts'
import { findUserByIdentifier } from '../find-user.ts'
import { happening } from '../happening.ts'
import { writeReactivationLetter } from '../life/reactivation-letter.ts'
import type { Visitor } from '../sign-up/needs.ts'
import type { User } from '../user.ts'

type RecoveryRequest = {
  readonly identifier: string
  readonly locale: string
  readonly ip: string
  readonly requestId: string
  readonly userAgent: string
}

/** Looks for the account after the request, so that the request shows nothing of it. */
export const recoveryJob: JobKind<RecoveryRequest> = {
  name: 'identity.recovery',
  attempts: 8,
  schema: Type.Object({
    identifier: Type.String(),
    locale: Type.String(),
    ip: Type.String(),
    requestId: Type.String(),
    userAgent: Type.String(),
  }),
}

type RequestNeeds = Pick<AccountCore, 'db' | 'queue'>

/**
 * Asks for a link that resets a password. The same work is done whoever is asked for: one job is
 * written, and nobody looks for the account before the answer has left (ASVS 6.3.8).
 */
export function requestRecovery(
  needs: RequestNeeds,
  identifier: string,
  { origin, locale }: Visitor,
): Promise<void> {
  const { ip, requestId, userAgent = '' } = origin
  const request = { identifier: identifier.slice(0, 320), locale, ip, requestId }
  return needs.queue.add(needs.db, recoveryJob, {
    ...request,
    userAgent: userAgent.slice(0, 512),
  })
}

/** The handler of `recoveryJob`: a letter for an account that can be recovered, silence otherwise. */
export async function sendRecoveryLetter(
  needs: AccountCore,
  { identifier, locale, ip, requestId, userAgent }: RecoveryRequest,
): Promise<void> {
  const user = await findUserByIdentifier(needs.db, identifier)
  if (user === undefined || user.email === null) return
  const visitor = { origin: { ip, requestId, userAgent }, locale: user.profile.locale ?? locale }
  if (user.lifecycle.state === 'active') {
    await startRecovery(needs, { user, email: user.email }, visitor)
  } else if (user.lifecycle.by === 'user') {
    // A person who left by themselves may come back by the same door.
    const { recoveryLifetime: lifetime } = needs.account
    await needs.db.transaction((tx) =>
      writeReactivationLetter(needs, tx, { user, lifetime }, visitor),
    )
  }
}

type Recoverable = {
  readonly user: User
  readonly email: string
  /** The administrator who starts it for the person. */
  readonly startedBy?: string
}

/** Sends the link. An administrator may start this too, but never learns or chooses the password. */
export async function startRecovery(
  needs: AccountCore,
  { user, email, startedBy }: Recoverable,
  visitor: Visitor,
): Promise<void> {
  const { recoveryLifetime: lifetime } = needs.account
  await needs.db.transaction(async (tx) => {
    const issue = { purpose: 'reset_password', userId: user.id, email, lifetime } as const
    const { token } = await issueActionToken(needs, tx, issue)
    await appendAudit(needs, tx, {
      actor: startedBy ?? 'anonymous',
      action: 'user.start_recovery',
      resource: `user:${user.id}`,
      outcome: 'success',
      origin: visitor.origin,
    })
    await writeLetter(needs, tx, {
      to: email,
      locale: visitor.locale,
      template: 'reset-password',
      values: {
        ...happening(needs, user.username, visitor),
        link: `${needs.issuer}/reset-password?token=${token}`,
        minutes: String(Math.round(lifetime / 60)),
      },
    })
  })
}
