import { Type } from 'typebox'
import { appendAudit } from '../../audit/index.ts'
import { comparisonKey } from '../../base/index.ts'
import type { JobKind } from '../../jobs/index.ts'
import { writeLetter } from '../../mail/index.ts'
import type { AccountCore } from '../account-needs.ts'
import { issueActionToken } from '../action-token/action-token.ts'
import { identityFailures } from '../failures.ts'
import { findUserByIdentifier } from '../find-user.ts'
import { happening } from '../happening.ts'
import type { Visitor } from '../sign-up/needs.ts'
import type { User } from '../user.ts'
import { checkEmail } from '../user.ts'
import { writeAccountExists } from './account-exists.ts'

type EmailLetter = {
  readonly email: string
  readonly userId: string
  readonly username: string
  readonly locale: string
  readonly token: string
  readonly code: string
}

/** Decides after the request which letter the new address gets, so that the request shows nothing of it. */
export const emailLetterJob: JobKind<EmailLetter> = {
  name: 'identity.email-letter',
  attempts: 8,
  schema: Type.Object({
    email: Type.String(),
    userId: Type.String(),
    username: Type.String(),
    locale: Type.String(),
    token: Type.String(),
    code: Type.String(),
  }),
}

/**
 * Asks to use another address, or to prove the present one. The old address keeps its place until the
 * new one is proved, and hears of the wish at once (ASVS 6.3.7).
 */
export async function requestEmailChange(
  needs: AccountCore,
  user: User,
  raw: string,
  visitor: Visitor,
): Promise<void> {
  const checked = checkEmail(raw)
  if (!checked.ok) {
    throw identityFailures.invalid_user({ members: [{ pointer: '/email', words: checked.words }] })
  }
  const email = checked.value
  const { id: userId, username } = user
  const locale = user.profile.locale ?? visitor.locale
  await needs.db.transaction(async (tx) => {
    const { recoveryLifetime: lifetime, codeLifetime } = needs.account
    const withCode = { key: needs.codeKey, lifetime: codeLifetime }
    const issue = { purpose: 'confirm_email', userId, email, lifetime, withCode } as const
    const { token, code } = await issueActionToken(needs, tx, issue)
    const letter = { email, userId, username, locale, token, code }
    await needs.queue.add(tx, emailLetterJob, letter)
    await tellOldAddress(needs, tx, { user, email, locale }, visitor)
    await appendAudit(needs, tx, {
      actor: `user:${userId}`,
      action: 'user.request_email_change',
      resource: `user:${userId}`,
      outcome: 'success',
      origin: visitor.origin,
    })
  })
}

async function tellOldAddress(
  needs: AccountCore,
  tx: Parameters<typeof writeLetter>[1],
  wish: { readonly user: User; readonly email: string; readonly locale: string },
  visitor: Visitor,
): Promise<void> {
  const { user, email, locale } = wish
  if (user.email === null || comparisonKey(user.email) === comparisonKey(email)) return
  const values = { ...happening(needs, user.username, visitor), newEmail: email }
  await writeLetter(needs, tx, {
    to: user.email,
    locale,
    template: 'email-change-requested',
    values,
  })
}

/** The handler of `emailLetterJob`. */
export async function sendEmailLetter(needs: AccountCore, letter: EmailLetter): Promise<void> {
  const { email: to, username, locale, token, code } = letter
  const owner = await findUserByIdentifier(needs.db, to)
  if (owner !== undefined && owner.id !== letter.userId) {
    await writeAccountExists(needs, to, locale)
    return
  }
  const values = { username, code, link: `${needs.issuer}/email/confirm?token=${token}` }
  await writeLetter(needs, needs.db, { to, locale, template: 'confirm-email', values })
}
