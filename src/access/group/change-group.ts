import { appendAudit } from '../../audit/index.ts'
import type { Tx } from '../../db/index.ts'
import { isUniqueViolation } from '../../db/index.ts'
import type { AccessNeeds, Steward } from '../assignment/steward.ts'
import { permissionsOfRoles, requireMayGive } from '../assignment/steward.ts'
import { accessFailures } from '../failures.ts'
import type { BasedOn } from '../model/change-role.ts'
import { holdModel } from '../model/store.ts'
import type { Group } from './group.ts'
import { checkGroup } from './group.ts'
import { deleteGroup as deleteRow, lockGroup, selectRolesOfGroup, updateGroup } from './store.ts'

type Target = { readonly id: string; readonly basedOn: BasedOn }

type GroupChange = Target & {
  readonly change: { readonly name?: string; readonly description?: string }
}

/** Changes what a group is called. Fails with 400, 403, 404, 409 and 412. */
export function changeGroup(
  needs: AccessNeeds,
  { id, basedOn, change }: GroupChange,
  { actor, origin, giver }: Steward,
): Promise<Group> {
  return needs.db.transaction(async (tx) => {
    await holdModel(tx)
    const before = await lockVersion(tx, { id, basedOn })
    const { name = before.name, description = before.description } = change
    checkGroup({ name, description })
    // Who reads the new name must not take the group for another one.
    if (name !== before.name) await requireMayGive(tx, giver, await carried(tx, id))
    const at = needs.clock.now()
    const after = { ...before, name, description, version: before.version + 1, updatedAt: at }
    await save(tx, after)
    await appendAudit(needs, tx, {
      actor,
      action: 'group.update',
      resource: `group:${id}`,
      outcome: 'success',
      ...(origin && { origin }),
      details: {
        before: { name: before.name, description: before.description },
        after: { name, description },
      },
    })
    return after
  })
}

/** Deletes a group, and so takes its roles from its members. Fails with 403, 404 and 412. */
export async function deleteGroup(
  needs: AccessNeeds,
  target: Target,
  { actor, origin, giver }: Steward,
): Promise<void> {
  await needs.db.transaction(async (tx) => {
    await holdModel(tx)
    const { id, name, description } = await lockVersion(tx, target)
    const roles = await selectRolesOfGroup(tx, id)
    await requireMayGive(tx, giver, await carried(tx, id))
    const { members } = await deleteRow(tx, id)
    await appendAudit(needs, tx, {
      actor,
      action: 'group.delete',
      resource: `group:${id}`,
      outcome: 'success',
      ...(origin && { origin }),
      details: { before: { name, description, roles: roles.map((role) => role.name) }, members },
    })
  })
  needs.access.changed()
}

async function lockVersion(tx: Tx, { id, basedOn }: Target): Promise<Group> {
  const group = await lockGroup(tx, id)
  if (group === undefined) throw accessFailures.unknown_group()
  if (basedOn !== 'any' && basedOn !== group.version) throw accessFailures.changed_meanwhile()
  return group
}

async function save(tx: Tx, group: Group): Promise<void> {
  try {
    await updateGroup(tx, group)
  } catch (error) {
    throw isUniqueViolation(error, 'groups_name_unique') ? accessFailures.name_taken() : error
  }
}

/** What being a member of a group comes to. */
export async function carried(tx: Tx, groupId: string) {
  const roles = await selectRolesOfGroup(tx, groupId)
  return permissionsOfRoles(
    tx,
    roles.map(({ id }) => id),
  )
}
