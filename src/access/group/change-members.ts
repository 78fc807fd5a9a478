import { appendAudit } from '../../audit/index.ts'
import { isUuid } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import type { AccessNeeds, Steward } from '../assignment/steward.ts'
import { requireMayGive } from '../assignment/steward.ts'
import { accessFailures } from '../failures.ts'
import { holdModel } from '../model/store.ts'
import { carried } from './change-group.ts'
import { deleteMembers, holdGroup, holdUsers, insertMembers } from './store.ts'

export type MemberChange = {
  readonly groupId: string
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
}

export type MembersChanged = {
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

/**
 * Lets users join a group and leave it, all or none; who is in already, or not, stays so. Fails with 400
 * for who is no user, and with 403 when the group reaches further into Cardea than the giver does.
 */
export async function changeMembers(
  needs: AccessNeeds,
  { groupId, add = [], remove = [] }: MemberChange,
  { actor, origin, giver }: Steward,
): Promise<MembersChanged> {
  const changed = await needs.db.transaction(async (tx) => {
    await holdModel(tx)
    const group = await holdGroup(tx, groupId)
    if (group === undefined) throw accessFailures.unknown_group()
    await requireMayGive(tx, giver, await carried(tx, groupId))
    await requireUsers(tx, add)
    const leaving = remove.filter(isUuid)
    const removed = await deleteMembers(tx, groupId, leaving)
    const userIds = [...new Set(add)]
    const added = await insertMembers(tx, groupId, { userIds, at: needs.clock.now() })
    if (added.length + removed.length > 0) {
      await appendAudit(needs, tx, {
        actor,
        action: 'group.change_members',
        resource: `group:${groupId}`,
        outcome: 'success',
        ...(origin && { origin }),
        details: { name: group.name, added, removed },
      })
    }
    return { added, removed }
  })
  needs.access.changed()
  return changed
}

async function requireUsers(tx: Tx, userIds: readonly string[]): Promise<void> {
  const known = await holdUsers(tx, userIds.filter(isUuid))
  const members = userIds.flatMap((id, i) =>
    known.has(id) ? [] : [{ pointer: `/add/${i}`, words: 'is no user' }],
  )
  if (members.length > 0) throw accessFailures.invalid_group({ members })
}
