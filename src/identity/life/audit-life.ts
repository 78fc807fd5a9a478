import { appendAudit } from '../../audit/index.ts'
import type { UserId } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import type { AccountCore } from '../account-needs.ts'
import type { By } from '../create-user.ts'

/** Writes what happened to an account as a whole. */
export function audit(
  needs: Pick<AccountCore, 'clock' | 'random'>,
  tx: Tx,
  action: string,
  userId: UserId,
  { actor, origin }: By,
): Promise<void> {
  const entry = { actor, action, resource: `user:${userId}`, outcome: 'success' } as const
  return appendAudit(needs, tx, { ...entry, ...(origin && { origin }) })
}
