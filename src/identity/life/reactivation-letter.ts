import type { Tx } from '../../db/index.ts'
import { writeLetter } from '../../mail/index.ts'
import type { AccountCore } from '../account-needs.ts'
import { issueActionToken } from '../action-token/action-token.ts'
import { happening } from '../happening.ts'
import type { Visitor } from '../sign-up/needs.ts'
import type { User } from '../user.ts'

type Offer = {
  readonly user: Pick<User, 'id' | 'username' | 'email' | 'profile'>
  /** Seconds for which the link works. */
  readonly lifetime: number
  /** When the account will be erased, if it will. */
  readonly until?: Date
}

/** The letter with the link that brings an account back; nothing for a person without an address. */
export async function writeReactivationLetter(
  needs: AccountCore,
  tx: Tx,
  { user, lifetime, until }: Offer,
  visitor: Visitor,
): Promise<void> {
  const { id: userId, username, email, profile } = user
  if (email === null) return
  const issue = { purpose: 'reactivate', userId, email, lifetime } as const
  const { token } = await issueActionToken(needs, tx, issue)
  const link = `${needs.issuer}/reactivate?token=${token}`
  const values = { ...happening(needs, username, visitor), link }
  const letter = { to: email, locale: profile.locale ?? visitor.locale }
  if (until === undefined) {
    await writeLetter(needs, tx, { ...letter, template: 'account-deactivated', values })
    return
  }
  const dated = { ...values, until: until.toISOString() }
  await writeLetter(needs, tx, { ...letter, template: 'deletion-scheduled', values: dated })
}
