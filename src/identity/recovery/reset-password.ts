import { appendAudit } from '../../audit/index.ts'
import { contextOf } from '../account-input.ts'
import type { AccountCore } from '../account-needs.ts'
import { peekActionToken, takeActionToken } from '../action-token/action-token.ts'
import { identityFailures } from '../failures.ts'
import { findUser, toUser } from '../find-user.ts'
import { choosePassword, replacePassword } from '../password/change-password.ts'
import type { Visitor } from '../sign-up/needs.ts'
import { lockUser, markEmailVerified } from '../store.ts'
import type { User } from '../user.ts'

type Reset = {
  readonly token: string
  readonly password: string
  /** Whether every session ends, as it does unless the person says otherwise. */
  readonly endSessions?: boolean
}

/** The account a reset link is for, for showing the form; undefined when the link is not valid. */
export async function readRecovery(
  needs: Pick<AccountCore, 'db' | 'clock'>,
  token: string,
): Promise<User | undefined> {
  const action = await peekActionToken(needs, 'reset_password', token)
  const user = action && (await findUser(needs.db, action.userId))
  return user?.isActive === true ? user : undefined
}

/**
 * Sets a new password with the link of a letter. It signs nobody in, so a second factor is still asked
 * for (ASVS 6.4.3). A refused password leaves the link as it was.
 */
export async function resetPassword(
  needs: AccountCore,
  { token, password, endSessions = true }: Reset,
  visitor: Visitor,
): Promise<User> {
  const found = await readRecovery(needs, token)
  if (found === undefined) throw identityFailures.invalid_link()
  const chosen = await choosePassword(needs, found.id, password, contextOf(found))
  return needs.db.transaction(async (tx) => {
    const action = await takeActionToken(needs, tx, 'reset_password', token)
    const row = action && (await lockUser(tx, action.userId))
    if (action === undefined || row?.isActive !== true) throw identityFailures.invalid_link()
    const now = needs.clock.now()
    await replacePassword(needs, tx, { row, chosen }, visitor)
    // Whoever read the letter has the address it went to.
    if (action.email === row.email) await markEmailVerified(tx, row.id, now)
    if (endSessions) await needs.endSessions(tx, row.id, now)
    await appendAudit(needs, tx, {
      actor: `user:${row.id}`,
      action: 'user.reset_password',
      resource: `user:${row.id}`,
      outcome: 'success',
      origin: visitor.origin,
    })
    return toUser(row)
  })
}
