import { appendAudit } from '../../audit/index.ts'
import { newId } from '../../base/index.ts'
import type { AccessNeeds, Steward } from '../assignment/steward.ts'
import { accessFailures } from '../failures.ts'
import { permissionText } from './permission.ts'
import type { Role } from './role.ts'
import type { RoleChange } from './role-draft.ts'
import { blankRole, draftRole } from './role-draft.ts'
import { judgeDraft, writeParts } from './settle-role.ts'
import { insertRole, lockModel, selectRoleIds } from './store.ts'

export type NewRole = Required<Pick<RoleChange, 'name'>> &
  Pick<RoleChange, 'description' | 'parents' | 'permissions'>

/** Makes a role. Fails with 400, with 403 when it reaches too far into Cardea, and with 409 for a name in use. */
export async function createRole(
  needs: AccessNeeds,
  input: NewRole,
  { actor, origin, giver }: Steward,
): Promise<Role> {
  const drafted = draftRole(blankRole, input)
  const { draft } = drafted
  const role = await needs.db.transaction(async (tx) => {
    const at = needs.clock.now()
    const id = newId(needs.clock, needs.random)
    await lockModel(tx)
    const parents = await judgeDraft(tx, { id, before: undefined, drafted, giver })
    if ((await selectRoleIds(tx, [draft.name])).length > 0) throw accessFailures.name_taken()
    const made: Role = { ...draft, id, version: 1, createdAt: at, updatedAt: at, builtIn: false }
    await insertRole(tx, made)
    await writeParts(tx, id, { parents, permissions: draft.permissions, at })
    await appendAudit(needs, tx, {
      actor,
      action: 'role.create',
      resource: `role:${id}`,
      outcome: 'success',
      ...(origin && { origin }),
      details: { after: { ...draft, permissions: draft.permissions.map(permissionText) } },
    })
    return made
  })
  needs.access.changed()
  return role
}
