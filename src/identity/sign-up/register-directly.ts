import { writeLetter } from '../../mail/index.ts'
import type { AccountInput } from '../account-input.ts'
import { issueActionToken } from '../action-token/action-token.ts'
import { addUser, prepareUser } from '../create-user.ts'
import type { User } from '../user.ts'
import type { SignUpNeeds, Visitor } from './needs.ts'
import { requireTerms } from './terms.ts'
import { generateUsername } from './username.ts'

type DirectApplication = Omit<AccountInput, 'username'> & {
  readonly username?: string
  readonly password: string
  readonly acceptedTerms?: string | undefined
}

/**
 * Makes an account at once, without proof of an address, where the operator wants it so. Its address
 * stays unverified until the link in the letter is followed, and one that is taken is refused openly.
 */
export async function registerDirectly(
  needs: SignUpNeeds,
  { acceptedTerms, username = generateUsername(needs.random), ...input }: DirectApplication,
  { origin, locale }: Visitor,
): Promise<User> {
  requireTerms(needs.signUp, acceptedTerms)
  const { termsVersion, linkLifetime, codeLifetime } = needs.signUp
  const prepared = await prepareUser(needs, {
    ...input,
    username,
    ...(termsVersion && { termsVersion }),
  })
  return needs.db.transaction(async (tx) => {
    const user = await addUser(needs, tx, { prepared, by: { actor: 'anonymous', origin } })
    const { id: userId, username, email } = user
    if (email === null) return user
    const issue = { purpose: 'confirm_email', userId, email, lifetime: linkLifetime } as const
    const withCode = { key: needs.codeKey, lifetime: codeLifetime }
    const { token, code } = await issueActionToken(needs, tx, { ...issue, withCode })
    const values = { username, code, link: `${needs.issuer}/email/confirm?token=${token}` }
    await writeLetter(needs, tx, { to: email, locale, template: 'confirm-email', values })
    return user
  })
}
