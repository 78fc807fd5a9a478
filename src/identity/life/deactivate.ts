import type { UserId } from '../../base/index.ts'
import { addSeconds } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import type { AccountCore } from '../account-needs.ts'
import type { By } from '../create-user.ts'
import { toUser } from '../find-user.ts'
import type { BasedOn } from '../profile/edit-account.ts'
import { lockVersion } from '../profile/edit-account.ts'
import type { Visitor } from '../sign-up/needs.ts'
import type { UserRow } from '../store.ts'
import type { Deactivator, User } from '../user.ts'
import { audit, lifeChanges } from './audit-life.ts'
import { eraseNow } from './erase.ts'
import { writeReactivationLetter } from './reactivation-letter.ts'
import { setLife } from './store.ts'

type Leave = {
  readonly userId: UserId
  readonly basedOn: BasedOn
  readonly by: Deactivator
}

type Context = { readonly by: By; readonly visitor: Visitor }

/** How long a person who paused the account can come back by the link of the letter, in seconds. */
const comeBack = 30 * 86_400

/** Pauses an account: every session and grant ends, and nobody signs in until it is reactivated. */
export function deactivate(needs: AccountCore, leave: Leave, context: Context): Promise<User> {
  return needs.db.transaction(async (tx) => {
    const row = await lockVersion(tx, leave.userId, leave.basedOn)
    const changed = await endAccount(needs, tx, row, { by: leave.by, deleteAfter: null })
    const details = { changes: lifeChanges(row, changed) }
    await audit(needs, tx, 'user.deactivate', row.id, { ...context.by, details })
    if (leave.by === 'user') {
      await writeReactivationLetter(needs, tx, { user: row, lifetime: comeBack }, context.visitor)
    }
    return toUser(changed)
  })
}

/**
 * Deletes an account after the grace period, or at once where there is none. Until then it is
 * deactivated; a person who deletes their own account can take it back with the link of the letter, and
 * an administrator can take back any.
 */
export function scheduleDeletion(
  needs: AccountCore,
  leave: Leave,
  context: Context,
): Promise<{ deleted: 'now' } | { deleted: 'later'; after: Date }> {
  const { deletionGrace } = needs.account
  return needs.db.transaction(async (tx) => {
    const row = await lockVersion(tx, leave.userId, leave.basedOn)
    const after = addSeconds(needs.clock.now(), deletionGrace)
    const changed = await endAccount(needs, tx, row, { by: leave.by, deleteAfter: after })
    const details = { changes: lifeChanges(row, changed) }
    await audit(needs, tx, 'user.delete', row.id, { ...context.by, details })
    if (deletionGrace === 0) {
      await eraseNow(needs, tx, row)
      return { deleted: 'now' }
    }
    // Whom an administrator deletes cannot come back by a link, and hears of it when it is done.
    if (leave.by === 'user') {
      const offer = { user: row, lifetime: deletionGrace, until: after }
      await writeReactivationLetter(needs, tx, offer, context.visitor)
    }
    return { deleted: 'later', after }
  })
}

async function endAccount(
  needs: AccountCore,
  tx: Tx,
  row: UserRow,
  { by, deleteAfter }: { readonly by: Deactivator; readonly deleteAfter: Date | null },
): Promise<UserRow> {
  await needs.keepAnOwner(tx, row.id)
  const now = needs.clock.now()
  const life = { isActive: false, deactivatedBy: by, deleteAfter }
  await setLife(tx, row.id, life, now)
  await needs.endSessions(tx, row.id, now) // ASVS 7.4.2
  return { ...row, ...life, version: row.version + 1, updatedAt: now }
}
