import type { Change } from '../../audit/index.ts'
import { appendAudit, changes } from '../../audit/index.ts'
import type { UserId } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import type { AccountCore } from '../account-needs.ts'
import type { By } from '../create-user.ts'
import { toUser } from '../find-user.ts'
import type { UserRow } from '../store.ts'

/** Writes what happened to an account as a whole. */
export function audit(
  needs: Pick<AccountCore, 'clock' | 'random'>,
  tx: Tx,
  action: string,
  userId: UserId,
  { actor, origin, details }: By & { readonly details?: Readonly<Record<string, unknown>> },
): Promise<void> {
  const entry = { actor, action, resource: `user:${userId}`, outcome: 'success' } as const
  const more = { ...(origin && { origin }), ...(details && { details }) }
  return appendAudit(needs, tx, { ...entry, ...more })
}

/** What became of an account, before and after. */
export function lifeChanges(before: UserRow, after: UserRow): Record<string, Change> {
  const life = (row: UserRow) => {
    const { lifecycle } = toUser(row)
    return lifecycle.state === 'deleting'
      ? { ...lifecycle, after: lifecycle.after.toISOString() }
      : lifecycle
  }
  return changes(life(before), life(after))
}
