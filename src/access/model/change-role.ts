import { appendAudit } from '../../audit/index.ts'
import type { AccessNeeds, Steward } from '../assignment/steward.ts'
import { accessFailures } from '../failures.ts'
import { permissionText } from './permission.ts'
import type { Role } from './role.ts'
import type { RoleChange, RoleDraft } from './role-draft.ts'
import { breaksBuiltIn, draftRole } from './role-draft.ts'
import { judgeDraft, writeParts } from './settle-role.ts'
import { lockModel, selectRole, selectRoleIds, updateRole } from './store.ts'

/** The version a change is based on; `any` for whichever there is. */
export type BasedOn = number | 'any'

/**
 * Changes a role, and so what everybody has who has it. Fails with 400, with 403 when it gives or takes
 * what the giver lacks, with 409 for what makes a role of Cardea, and with 412 for another version.
 */
export async function changeRole(
  needs: AccessNeeds,
  { id, basedOn, change }: { id: string; basedOn: BasedOn; change: RoleChange },
  { actor, origin, giver }: Steward,
): Promise<Role> {
  const role = await needs.db.transaction(async (tx) => {
    await lockModel(tx)
    const before = await selectRole(tx, id)
    if (before === undefined) throw accessFailures.unknown_role()
    if (basedOn !== 'any' && basedOn !== before.version) throw accessFailures.changed_meanwhile()
    const drafted = draftRole(before, change)
    const { draft } = drafted
    if (breaksBuiltIn(before, draft)) throw accessFailures.built_in()
    const parents = await judgeDraft(tx, { id, before, drafted, giver })
    if (draft.name !== before.name && (await selectRoleIds(tx, [draft.name])).length > 0) {
      throw accessFailures.name_taken()
    }
    const at = needs.clock.now()
    const after: Role = { ...before, ...draft, version: before.version + 1, updatedAt: at }
    await updateRole(tx, after)
    await writeParts(tx, id, { parents, permissions: draft.permissions, at })
    await appendAudit(needs, tx, {
      actor,
      action: 'role.update',
      resource: `role:${id}`,
      outcome: 'success',
      ...(origin && { origin }),
      details: changeDetails(before, after),
    })
    return after
  })
  needs.access.changed()
  return role
}

/** Of the lists only what came and went: whole ones would fill the log. */
function changeDetails(before: RoleDraft, after: RoleDraft) {
  const spelled = ({ permissions }: RoleDraft) => permissions.map(permissionText)
  const without = (all: readonly string[], some: readonly string[]) =>
    all.filter((one) => !some.includes(one))
  const lists = {
    permissions_added: without(spelled(after), spelled(before)),
    permissions_removed: without(spelled(before), spelled(after)),
    parents_added: without(after.parents, before.parents),
    parents_removed: without(before.parents, after.parents),
  }
  return {
    before: { name: before.name, description: before.description },
    after: { name: after.name, description: after.description },
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
  }
}
