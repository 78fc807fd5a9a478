import { appendAudit } from '../../audit/index.ts'
import type { AccessNeeds, Steward } from '../assignment/steward.ts'
import { requireMayGive } from '../assignment/steward.ts'
import { accessFailures } from '../failures.ts'
import { nameOf } from './spellings.ts'
import {
  deletePermission as deleteRow,
  lockModel,
  selectPermission,
  selectRolesWith,
  touchRolesWith,
} from './store.ts'

/** Names of roles that the log tells; beyond it the number must do. */
const mostNames = 100

/**
 * Deletes a permission and takes it from every role. One that roles have goes only when that is said:
 * `force`. Fails with 409 for the permissions of Cardea.
 */
export async function deletePermission(
  needs: AccessNeeds,
  { id, force }: { readonly id: string; readonly force: boolean },
  { actor, origin, giver }: Steward,
): Promise<void> {
  await needs.db.transaction(async (tx) => {
    await lockModel(tx)
    const permission = await selectPermission(tx, id)
    if (permission === undefined) throw accessFailures.unknown_permission()
    if (permission.builtIn) throw accessFailures.built_in()
    const roles = await selectRolesWith(tx, id)
    await requireMayGive(
      tx,
      giver,
      roles.map(({ onlyOwn }) => ({ ...permission, onlyOwn })),
    )
    if (!force && roles.length > 0) {
      const words = `is needed: ${roles.length} roles have the permission`
      throw accessFailures.in_use({ members: [{ pointer: '/force', words }] })
    }
    await touchRolesWith(tx, id, needs.clock.now())
    await deleteRow(tx, id)
    const names = roles.slice(0, mostNames).map(({ name }) => name)
    await appendAudit(needs, tx, {
      actor,
      action: 'permission.delete',
      resource: `permission:${nameOf(permission)}`,
      outcome: 'success',
      ...(origin && { origin }),
      details: {
        before: { description: permission.description, roles: names },
        roles: roles.length,
      },
    })
  })
  needs.access.changed()
}
