import { appendAudit } from '../../audit/index.ts'
import type { UserId } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import { accessFailures } from '../failures.ts'
import { ownerRole } from '../model/role.ts'
import { holdModel } from '../model/store.ts'
import { assignmentDetails, requireToGive } from './assign-role.ts'
import type { Assignment, Holder } from './assignment.ts'
import { keepAnOwner } from './keep-an-owner.ts'
import type { AccessNeeds, Giver, Steward } from './steward.ts'
import { permissionsOfSubject, requireMayGive } from './steward.ts'
import { deleteAssignment, lockAssignment } from './store.ts'

/**
 * Takes an assignment back; of any number who try at the same time one does. Fails with 403 when it, or
 * whoever has it, reaches further into Cardea than the giver does, and with 409 for the last owner.
 */
export async function endAssignment(
  needs: AccessNeeds,
  id: string,
  { actor, origin, giver }: Steward,
): Promise<Assignment> {
  const ended = await needs.db.transaction(async (tx) => {
    await holdModel(tx)
    const assignment = await lockAssignment(tx, id)
    if (assignment === undefined) throw accessFailures.unknown_assignment()
    const { role, holder } = assignment
    await requireToGive(tx, giver, role)
    await requireReach(tx, giver, holder)
    if (role.name === ownerRole && holder.type === 'user') {
      // The column of users holds nothing else.
      await keepAnOwner(tx, holder.id as UserId)
    }
    await deleteAssignment(tx, id)
    await appendAudit(needs, tx, {
      actor,
      action: 'role.unassign',
      resource: `${holder.type}:${holder.id}`,
      outcome: 'success',
      ...(origin && { origin }),
      details: assignmentDetails(assignment),
    })
    return assignment
  })
  needs.access.changed()
  return ended
}

/** Somebody with a right over Cardea that the giver lacks keeps everything that others gave. */
async function requireReach(tx: Tx, giver: Giver, { type, id }: Holder): Promise<void> {
  if (giver === 'system' || type === 'group') return
  await requireMayGive(tx, giver, await permissionsOfSubject(tx, { type, id }))
}
