import { appendAudit } from '../../audit/index.ts'
import type { UserId } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import type { AccountCore } from '../account-needs.ts'
import type { ActionToken } from '../action-token/action-token.ts'
import {
  peekActionToken,
  takeActionToken,
  takeActionTokenByCode,
} from '../action-token/action-token.ts'
import { deleteUserTokens } from '../action-token/store.ts'
import { identityFailures } from '../failures.ts'
import { toUser } from '../find-user.ts'
import { saveAccount, tellChange } from '../profile/edit-account.ts'
import type { Visitor } from '../sign-up/needs.ts'
import { lockUser } from '../store.ts'
import type { User } from '../user.ts'

/** The address behind a link, for showing the form; undefined when the link is not valid. */
export async function readEmailProof(
  needs: Pick<AccountCore, 'db' | 'clock'>,
  token: string,
): Promise<{ email: string } | undefined> {
  const action = await peekActionToken(needs, 'confirm_email', token)
  return action?.email == null ? undefined : { email: action.email }
}

/** Makes the address of a link the address of its account. */
export async function confirmEmailByLink(
  needs: AccountCore,
  token: string,
  visitor: Visitor,
): Promise<User> {
  const take = (tx: Tx) => takeActionToken(needs, tx, 'confirm_email', token)
  const user = await confirm(needs, take, visitor)
  if (user === undefined) throw identityFailures.invalid_link()
  return user
}

/** The same with the 6-digit code, by the person who is signed in. */
export async function confirmEmailByCode(
  needs: AccountCore,
  { userId, code }: { readonly userId: UserId; readonly code: string },
  visitor: Visitor,
): Promise<User> {
  const proof = { purpose: 'confirm_email', userId, code, codeKey: needs.codeKey } as const
  const user = await confirm(needs, (tx) => takeActionTokenByCode(needs, tx, proof), visitor)
  if (user === undefined) throw identityFailures.invalid_code()
  return user
}

/** A refusal is a value: a wrong code has counted, and that must be committed. */
function confirm(
  needs: AccountCore,
  take: (tx: Tx) => Promise<ActionToken | undefined>,
  visitor: Visitor,
): Promise<User | undefined> {
  return needs.db.transaction(async (tx) => {
    const action = await take(tx)
    if (action?.email == null) return undefined
    const before = await lockUser(tx, action.userId)
    if (before?.isActive !== true) return undefined
    const changed = before.email !== action.email
    const after = {
      ...before,
      email: action.email,
      emailVerified: true,
      version: before.version + 1,
      updatedAt: needs.clock.now(),
    }
    await saveAccount(tx, after)
    // A link that went to the old address must not open the account any more.
    await deleteUserTokens(tx, before.id, 'reset_password')
    await deleteUserTokens(tx, before.id, 'confirm_email')
    await appendAudit(needs, tx, {
      actor: `user:${before.id}`,
      action: changed ? 'user.change_email' : 'user.verify_email',
      resource: `user:${before.id}`,
      outcome: 'success',
      origin: visitor.origin,
    })
    await tellChange(needs, tx, { before, after }, visitor)
    return toUser(after)
  })
}
