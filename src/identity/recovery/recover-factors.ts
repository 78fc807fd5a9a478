import { appendAudit } from '../../audit/index.ts'
import type { Tx } from '../../db/index.ts'
import { writeLetter } from '../../mail/index.ts'
import type { AccountCore } from '../account-needs.ts'
import type { ActionToken } from '../action-token/action-token.ts'
import { issueActionToken, peekActionToken, takeActionToken } from '../action-token/action-token.ts'
import { deleteUserTokens } from '../action-token/store.ts'
import { findUser } from '../find-user.ts'
import { happening } from '../happening.ts'
import type { Visitor } from '../sign-up/needs.ts'
import { lockUser } from '../store.ts'
import type { User } from '../user.ts'

/** Seconds, whatever the operator allows for other links. */
const longestLifetime = 86_400

type Recoverable = {
  readonly user: User
  readonly email: string
  /** The administrator who starts it: `user:<id>`, or `system`. */
  readonly startedBy: string
}

/**
 * Sends a link with which a person replaces lost second factors (ASVS 6.4.4). Only the newest link
 * works, and the administrator who starts it never sees it.
 */
export async function startFactorRecovery(
  needs: AccountCore,
  { user, email, startedBy }: Recoverable,
  visitor: Visitor,
): Promise<void> {
  const lifetime = Math.min(needs.account.recoveryLifetime, longestLifetime)
  await needs.db.transaction(async (tx) => {
    // Two administrators at once: the second link is made after the first, and ends it.
    await lockUser(tx, user.id)
    await deleteUserTokens(tx, user.id, 'recover_factors')
    const issue = { purpose: 'recover_factors', userId: user.id, email, lifetime } as const
    const { token } = await issueActionToken(needs, tx, issue)
    await appendAudit(needs, tx, {
      actor: startedBy,
      action: 'mfa.start_recovery',
      resource: `user:${user.id}`,
      outcome: 'success',
      origin: visitor.origin,
    })
    await writeLetter(needs, tx, {
      to: email,
      locale: visitor.locale,
      template: 'recover-factors',
      values: {
        // Where the administrator sits is no business of the person.
        ...happening(needs, user.username, { origin: {} }),
        link: `${needs.issuer}/recover-factors?token=${token}`,
        minutes: String(Math.round(lifetime / 60)),
      },
    })
  })
}

/** The account a link is for, for showing the form; undefined when the link is not valid. */
export async function readFactorRecovery(
  needs: Pick<AccountCore, 'db' | 'clock'>,
  token: string,
): Promise<User | undefined> {
  const action = await peekActionToken(needs, 'recover_factors', token)
  const user = action && (await findUser(needs.db, action.userId))
  // A link to an address that is not theirs any more lets nobody in.
  return user?.isActive === true && user.email === action?.email ? user : undefined
}

/** Redeems a link: of any number of parallel calls one gets the token. */
export function takeFactorRecovery(
  needs: Pick<AccountCore, 'clock'>,
  tx: Tx,
  token: string,
): Promise<ActionToken | undefined> {
  return takeActionToken(needs, tx, 'recover_factors', token)
}
