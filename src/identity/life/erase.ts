import type { Tx } from '../../db/index.ts'
import { writeLetter } from '../../mail/index.ts'
import type { AccountCore } from '../account-needs.ts'
import type { UserRow } from '../store.ts'
import { lockUser } from '../store.ts'
import { audit } from './audit-life.ts'
import { deleteUser, selectDueUsers } from './store.ts'

type Needs = Pick<AccountCore, 'db' | 'clock' | 'random' | 'queue'>

/**
 * Erases accounts whose grace period is over, and tells how many. The audit log keeps the user's id,
 * which leads to nobody any more.
 */
export async function eraseDueUsers(needs: Needs, before: Date, limit: number): Promise<number> {
  let erased = 0
  for (const { id } of await selectDueUsers(needs.db, before, limit)) {
    const done = await needs.db.transaction(async (tx) => {
      const row = await lockUser(tx, id)
      // The person may have come back since the list was read.
      if (row?.deleteAfter == null || row.deleteAfter > before) return false
      await eraseNow(needs, tx, row)
      return true
    })
    if (done) erased += 1
  }
  return erased
}

/** Takes the row and everything that hangs on it; the last letter is written before. */
export async function eraseNow(
  needs: Pick<AccountCore, 'clock' | 'random' | 'queue'>,
  tx: Tx,
  row: UserRow,
): Promise<void> {
  await deleteUser(tx, row.id)
  await audit(needs, tx, 'user.erase', row.id, { actor: 'system' })
  if (row.email === null) return
  const values = { username: row.username, at: needs.clock.now().toISOString() }
  const locale = row.profile.locale ?? 'en'
  await writeLetter(needs, tx, { to: row.email, locale, template: 'account-deleted', values })
}
