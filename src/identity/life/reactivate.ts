import type { UserId } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import type { AccountCore } from '../account-needs.ts'
import { issueActionToken, peekActionToken, takeActionToken } from '../action-token/action-token.ts'
import { deleteUserTokens } from '../action-token/store.ts'
import type { By } from '../create-user.ts'
import { identityFailures } from '../failures.ts'
import { findUser, toUser } from '../find-user.ts'
import type { Visitor } from '../sign-up/needs.ts'
import type { UserRow } from '../store.ts'
import { lockUser } from '../store.ts'
import type { User } from '../user.ts'
import { audit, lifeChanges } from './audit-life.ts'
import { setLife } from './store.ts'

type Needs = Pick<AccountCore, 'db' | 'clock' | 'random'>

/** Seconds: the offer is on the screen of somebody who has just proved who they are. */
const offerLifetime = 900

/** For a person who left by themselves and has just given the right password. */
export async function offerReactivation(needs: Needs, user: User): Promise<string> {
  const issue = { purpose: 'reactivate', userId: user.id, lifetime: offerLifetime } as const
  const { token } = await needs.db.transaction((tx) => issueActionToken(needs, tx, issue))
  return token
}

/** The account behind a link, for showing the form; undefined when there is nothing to take back. */
export async function readReactivation(
  needs: Pick<AccountCore, 'db' | 'clock'>,
  token: string,
): Promise<User | undefined> {
  const action = await peekActionToken(needs, 'reactivate', token)
  const user = action && (await findUser(needs.db, action.userId))
  return user && leftAlone(user) ? user : undefined
}

/** Brings an account back with a link. It signs nobody in. */
export function reactivate(needs: Needs, token: string, { origin }: Visitor): Promise<User> {
  return needs.db.transaction(async (tx) => {
    const action = await takeActionToken(needs, tx, 'reactivate', token)
    const row = action && (await lockUser(tx, action.userId))
    if (row === undefined || !leftAlone(toUser(row))) throw identityFailures.invalid_link()
    return bringBack(needs, tx, row, { actor: `user:${row.id}`, origin })
  })
}

/** The same by an administrator, whoever deactivated the account. */
export function reactivateByAdministrator(needs: Needs, userId: UserId, by: By): Promise<User> {
  return needs.db.transaction(async (tx) => {
    const row = await lockUser(tx, userId)
    if (row === undefined) throw identityFailures.unknown_user()
    if (row.isActive) throw identityFailures.not_deactivated()
    return bringBack(needs, tx, row, by)
  })
}

async function bringBack(needs: Needs, tx: Tx, row: UserRow, by: By): Promise<User> {
  const now = needs.clock.now()
  const life = { isActive: true, deactivatedBy: null, deleteAfter: null }
  await setLife(tx, row.id, life, now)
  await deleteUserTokens(tx, row.id, 'reactivate')
  const back = { ...row, ...life, version: row.version + 1, updatedAt: now }
  const details = { changes: lifeChanges(row, back) }
  await audit(needs, tx, 'user.reactivate', row.id, { ...by, details })
  return toUser(back)
}

/** Whom an administrator deactivated, only an administrator brings back. */
function leftAlone({ lifecycle }: User): boolean {
  return lifecycle.state !== 'active' && lifecycle.by === 'user'
}
