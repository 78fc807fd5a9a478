import type { UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { Deactivator } from '../user.ts'

type Life = {
  readonly isActive: boolean
  readonly deactivatedBy: Deactivator | null
  readonly deleteAfter: Date | null
}

export async function setLife(tx: Tx, id: UserId, life: Life, at: Date): Promise<void> {
  await tx.run(sql`
    UPDATE users SET is_active = ${life.isActive}, deactivated_by = ${life.deactivatedBy},
      delete_after = ${life.deleteAfter}, version = version + 1, updated_at = ${at}
    WHERE id = ${id}`)
}

/** The switch alone, for an administrator's command; false when nothing changed. */
export async function setUserActive(
  tx: Queries,
  id: UserId,
  active: boolean,
  at: Date,
): Promise<boolean> {
  const changed = await tx.run(sql`
    UPDATE users SET is_active = ${active}, deactivated_by = ${active ? null : 'administrator'},
      delete_after = NULL, version = version + 1, updated_at = ${at}
    WHERE id = ${id} AND is_active <> ${active}`)
  return changed > 0
}

export function selectDueUsers(
  queries: Queries,
  before: Date,
  limit: number,
): Promise<{ id: UserId }[]> {
  return queries.many<{ id: UserId }>(sql`
    SELECT id FROM users WHERE delete_after <= ${before} ORDER BY delete_after LIMIT ${limit}`)
}

export async function deleteUser(tx: Tx, id: UserId): Promise<void> {
  await tx.run(sql`DELETE FROM users WHERE id = ${id}`)
}
