import { appendAudit } from '../../audit/index.ts'
import type { SessionId, UserId } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import { writeLetter } from '../../mail/index.ts'
import { contextOf } from '../account-input.ts'
import type { AccountCore } from '../account-needs.ts'
import { deleteUserTokens } from '../action-token/store.ts'
import { identityFailures } from '../failures.ts'
import { happening } from '../happening.ts'
import type { Visitor } from '../sign-up/needs.ts'
import type { UserRow } from '../store.ts'
import { lockUser, selectUser, updatePassword } from '../store.ts'
import type { User } from '../user.ts'
import { formerPasswords, rememberPassword } from './store.ts'

/** A password that passed all rules, hashed. */
export type ChosenPassword = { readonly hash: string; readonly over: string | null }

/** The slow half of giving an account a new password, before any transaction. */
export async function choosePassword(
  needs: AccountCore,
  userId: UserId,
  password: string,
  context: readonly string[],
): Promise<ChosenPassword> {
  const checked = await needs.passwords.check(password, context)
  if (!checked.ok) {
    const members = [{ pointer: '/password', words: checked.words }]
    throw identityFailures.invalid_user({ members })
  }
  const row = await selectUser(needs.db, userId)
  await refuseReuse(needs, userId, checked.value, row?.passwordHash ?? null)
  return { hash: await needs.hasher.hash(checked.value), over: row?.passwordHash ?? null }
}

async function refuseReuse(
  needs: AccountCore,
  userId: UserId,
  password: string,
  current: string | null,
): Promise<void> {
  const { passwordHistory } = needs.account
  if (passwordHistory === 0) return
  const former = await formerPasswords(needs.db, userId, passwordHistory - 1)
  for (const hash of current === null ? former : [current, ...former]) {
    if ((await needs.hasher.verify(password, hash)) === 'match') {
      const members = [{ pointer: '/password', words: 'The new password was used before.' }]
      throw identityFailures.password_reused({ members })
    }
  }
}

type Replacement = { readonly row: UserRow; readonly chosen: ChosenPassword }

/**
 * The quick half: stores the hash unless the password was changed by somebody else meanwhile. Links that
 * would reset the old password die with it, and the person is told.
 */
export async function replacePassword(
  needs: AccountCore,
  tx: Tx,
  { row, chosen }: Replacement,
  visitor: Visitor,
): Promise<void> {
  if (row.passwordHash !== chosen.over) throw identityFailures.changed_meanwhile()
  const now = needs.clock.now()
  const { passwordHistory } = needs.account
  if (passwordHistory > 1 && row.passwordHash !== null) {
    await rememberPassword(tx, {
      userId: row.id,
      hash: row.passwordHash,
      at: now,
      keep: passwordHistory - 1,
    })
  }
  await updatePassword(tx, row.id, chosen.hash, now)
  await deleteUserTokens(tx, row.id, 'reset_password')
  if (row.email === null) return
  const values = {
    ...happening(needs, row.username, visitor),
    forgotUrl: `${needs.issuer}/forgot-password`,
  }
  const locale = row.profile.locale ?? visitor.locale
  await writeLetter(needs, tx, { to: row.email, locale, template: 'password-changed', values })
}

type Change = {
  readonly next: string
  /** The session that goes on; all others end. Without it none does. */
  readonly keep?: SessionId
}

/**
 * Changes a password of somebody who has just proved the current one (ASVS 6.2.3). Every other session
 * ends.
 */
export async function changePassword(
  needs: AccountCore,
  user: User,
  { next, keep }: Change,
  visitor: Visitor,
): Promise<void> {
  const chosen = await choosePassword(needs, user.id, next, contextOf(user))
  await needs.db.transaction(async (tx) => {
    const row = await lockUser(tx, user.id)
    if (row?.isActive !== true) throw identityFailures.unknown_user()
    await replacePassword(needs, tx, { row, chosen }, visitor)
    await needs.endSessions(tx, user.id, needs.clock.now(), keep)
    await appendAudit(needs, tx, {
      actor: `user:${user.id}`,
      action: 'user.change_password',
      resource: `user:${user.id}`,
      outcome: 'success',
      origin: visitor.origin,
    })
  })
}
