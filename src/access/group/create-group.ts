import { appendAudit } from '../../audit/index.ts'
import { newId } from '../../base/index.ts'
import type { AccessNeeds, Steward } from '../assignment/steward.ts'
import { accessFailures } from '../failures.ts'
import type { Group } from './group.ts'
import { checkGroup } from './group.ts'
import { insertGroup } from './store.ts'

/** Makes a group without members and without roles. Fails with 400, and with 409 for a name in use. */
export function createGroup(
  needs: AccessNeeds,
  { name, description = '' }: { readonly name: string; readonly description?: string },
  { actor, origin }: Omit<Steward, 'giver'>,
): Promise<Group> {
  checkGroup({ name, description })
  return needs.db.transaction(async (tx) => {
    const at = needs.clock.now()
    const id = newId<string>(needs.clock, needs.random)
    const group = { id, name, description, version: 1, createdAt: at, updatedAt: at }
    if (!(await insertGroup(tx, group))) throw accessFailures.name_taken()
    await appendAudit(needs, tx, {
      actor,
      action: 'group.create',
      resource: `group:${id}`,
      outcome: 'success',
      ...(origin && { origin }),
      details: { after: { name, description } },
    })
    return group
  })
}
