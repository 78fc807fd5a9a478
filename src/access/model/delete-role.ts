import { appendAudit } from '../../audit/index.ts'
import type { AccessNeeds, Steward } from '../assignment/steward.ts'
import { permissionsOfRoles, requireMayGive } from '../assignment/steward.ts'
import { accessFailures } from '../failures.ts'
import type { BasedOn } from './change-role.ts'
import { permissionText } from './permission.ts'
import {
  countRoleUse,
  deleteRole as deleteRow,
  lockModel,
  selectRole,
  touchChildren,
} from './store.ts'

/**
 * Deletes a role and takes it from all who have it. A role in use goes only when that is said: `force`.
 * Fails with 409 for the roles of Cardea, and with 403 for one with rights over Cardea that the giver lacks.
 */
export async function deleteRole(
  needs: AccessNeeds,
  { id, basedOn, force }: { id: string; basedOn: BasedOn; force: boolean },
  { actor, origin, giver }: Steward,
): Promise<void> {
  await needs.db.transaction(async (tx) => {
    await lockModel(tx)
    const role = await selectRole(tx, id)
    if (role === undefined) throw accessFailures.unknown_role()
    if (basedOn !== 'any' && basedOn !== role.version) throw accessFailures.changed_meanwhile()
    if (role.builtIn) throw accessFailures.built_in()
    await requireMayGive(tx, giver, await permissionsOfRoles(tx, [id]))
    const use = await countRoleUse(tx, id)
    if (!force && use.assignments + use.children > 0) throw inUse(use)
    await touchChildren(tx, id, needs.clock.now())
    await deleteRow(tx, id)
    const { name, description, parents } = role
    const permissions = role.permissions.map(permissionText)
    await appendAudit(needs, tx, {
      actor,
      action: 'role.delete',
      resource: `role:${id}`,
      outcome: 'success',
      ...(origin && { origin }),
      details: { before: { name, description, parents, permissions }, ...use },
    })
  })
  needs.access.changed()
}

function inUse({ assignments, children }: { assignments: number; children: number }) {
  const words = `is needed: ${assignments} have the role, and ${children} roles build on it`
  return accessFailures.in_use({ members: [{ pointer: '/force', words }] })
}
