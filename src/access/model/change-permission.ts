import { appendAudit } from '../../audit/index.ts'
import { isStorable } from '../../base/index.ts'
import type { AccessNeeds, Steward } from '../assignment/steward.ts'
import { accessFailures } from '../failures.ts'
import { nameOf } from './spellings.ts'
import type { PermissionRow } from './store.ts'
import { lockModel, selectPermission, updatePermission } from './store.ts'

/** Changes the words about a permission; its name stays, because code asks for it. */
export async function changePermission(
  needs: AccessNeeds,
  { id, description }: { readonly id: string; readonly description: string },
  { actor, origin }: Steward,
): Promise<PermissionRow> {
  if (!isStorable(description)) {
    const members = [{ pointer: '/description', words: 'cannot be stored' }]
    throw accessFailures.invalid_permission({ members })
  }
  return needs.db.transaction(async (tx) => {
    await lockModel(tx)
    const before = await selectPermission(tx, id)
    if (before === undefined) throw accessFailures.unknown_permission()
    if (before.builtIn) throw accessFailures.built_in()
    await updatePermission(tx, id, description)
    await appendAudit(needs, tx, {
      actor,
      action: 'permission.update',
      resource: `permission:${nameOf(before)}`,
      outcome: 'success',
      ...(origin && { origin }),
      details: { before: { description: before.description }, after: { description } },
    })
    return { ...before, description }
  })
}
