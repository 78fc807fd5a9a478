import { appendAudit } from '../../audit/index.ts'
import { newId } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import { accessFailures } from '../failures.ts'
import { ownerRole } from '../model/role.ts'
import { holdModel, selectRoleIds } from '../model/store.ts'
import type { Assignment, CheckedAssignment, Holder, NewAssignment } from './assignment.ts'
import { checkAssignment, isHolderId } from './assignment.ts'
import { scopeText } from './scope.ts'
import type { AccessNeeds, Giver, Steward } from './steward.ts'
import { permissionsOfRoles, requireMayGive, requireOwner } from './steward.ts'
import { holderExists, insertAssignment } from './store.ts'

/**
 * Gives a role. The same given twice is one assignment: `added` tells whether it is new. Fails with 400,
 * and with 403 when the role reaches further into Cardea than the giver does.
 */
export async function giveRole(
  needs: AccessNeeds,
  input: NewAssignment,
  { actor, origin, giver }: Steward,
): Promise<{ assignment: Assignment; added: boolean }> {
  const { checked, members } = checkAssignment(input, needs.clock.now())
  if (members.length > 0) throw accessFailures.invalid_assignment({ members })
  const given = await needs.db.transaction(async (tx) => {
    await holdModel(tx)
    const role = await findRole(tx, input)
    await requireToGive(tx, giver, role)
    const at = needs.clock.now()
    const id = newId<string>(needs.clock, needs.random)
    const { holder } = input
    const wanted = { id, role, holder, ...checked, createdBy: actor, createdAt: at }
    const { assignment, added } = await insertAssignment(tx, wanted)
    if (!added) return { assignment, added }
    await appendAudit(needs, tx, {
      actor,
      action: 'role.assign',
      resource: `${holder.type}:${holder.id}`,
      outcome: 'success',
      ...(origin && { origin }),
      details: assignmentDetails(assignment),
    })
    return { assignment, added }
  })
  needs.access.changed()
  return given
}

async function findRole(tx: Tx, { role: name, holder }: NewAssignment) {
  const [role] = await selectRoleIds(tx, [name])
  const known = isHolderId(holder) && (await holderExists(tx, holder))
  const members = [
    ...(role === undefined ? [{ pointer: '/role', words: 'is no role' }] : []),
    ...(known ? [] : [{ pointer: '/subject/id', words: `is no ${holder.type}` }]),
  ]
  if (role === undefined || members.length > 0) {
    throw accessFailures.invalid_assignment({ members })
  }
  return { id: role.id, name: role.name }
}

/** Only owners make owners; else whoever has what the role reaches of Cardea. */
export async function requireToGive(
  tx: Tx,
  giver: Giver,
  role: { readonly id: string; readonly name: string },
): Promise<void> {
  if (role.name === ownerRole) await requireOwner(tx, giver)
  else await requireMayGive(tx, giver, await permissionsOfRoles(tx, [role.id]))
}

/** What the log tells of an assignment. */
export function assignmentDetails(
  assignment: CheckedAssignment & { id: string; role: { name: string }; holder: Holder },
) {
  const { id, role, scope, startsAt, endsAt } = assignment
  return {
    role: role.name,
    assignment: id,
    ...(scope && { resource: scopeText(scope) }),
    ...(startsAt && { starts_at: startsAt.toISOString() }),
    ...(endsAt && { ends_at: endsAt.toISOString() }),
  }
}
