import { Type } from 'typebox'
import type { JobKind } from '../../jobs/index.ts'
import { writeLetter } from '../../mail/index.ts'
import type { AccountCore } from '../account-needs.ts'
import { findUserByIdentifier } from '../find-user.ts'
import { happening } from '../happening.ts'

type Warning = {
  readonly identifier: string
  readonly count: number
  readonly ip: string
  readonly requestId: string
  readonly userAgent: string
}

/** Looks for the account after the request, so that the request shows nothing of it. */
export const attemptsLetterJob: JobKind<Warning> = {
  name: 'identity.attempts-letter',
  attempts: 8,
  schema: Type.Object({
    identifier: Type.String(),
    count: Type.Integer(),
    ip: Type.String(),
    requestId: Type.String(),
    userAgent: Type.String(),
  }),
}

/** The handler of `attemptsLetterJob`: tells the owner of many wrong passwords (ASVS 6.3.5). */
export async function sendAttemptsLetter(
  needs: AccountCore,
  { identifier, count, ip, requestId, userAgent }: Warning,
): Promise<void> {
  const user = await findUserByIdentifier(needs.db, identifier)
  if (user?.isActive !== true || user.email === null || !user.emailVerified) return
  const values = {
    ...happening(needs, user.username, { origin: { ip, requestId, userAgent } }),
    count: String(count),
    forgotUrl: `${needs.issuer}/forgot-password`,
  }
  const locale = user.profile.locale ?? 'en'
  await writeLetter(needs, needs.db, {
    to: user.email,
    locale,
    template: 'sign-in-attempts',
    values,
  })
}
