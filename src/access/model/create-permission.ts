import { appendAudit } from '../../audit/index.ts'
import { isStorable, newId } from '../../base/index.ts'
import type { AccessNeeds, Steward } from '../assignment/steward.ts'
import { accessFailures } from '../failures.ts'
import { isPlainName, ownPrefix } from './permission.ts'
import { nameOf } from './spellings.ts'
import type { PermissionRow } from './store.ts'
import { insertPermission, lockModel } from './store.ts'

export type NewPermission = {
  readonly resource: string
  readonly action: string
  readonly description?: string
}

/** Registers what can be done to a type of things. Fails with 400, and with 409 when it is there. */
export async function createPermission(
  needs: AccessNeeds,
  { resource, action, description = '' }: NewPermission,
  { actor, origin }: Steward,
): Promise<PermissionRow> {
  const members = problemsOf({ resource, action, description })
  if (members.length > 0) throw accessFailures.invalid_permission({ members })
  const permission = await needs.db.transaction(async (tx) => {
    await lockModel(tx)
    const createdAt = needs.clock.now()
    const id = newId(needs.clock, needs.random)
    const made = { id, resource, action, description, builtIn: false, createdAt }
    if (!(await insertPermission(tx, made))) throw accessFailures.name_taken()
    await appendAudit(needs, tx, {
      actor,
      action: 'permission.create',
      resource: `permission:${nameOf(made)}`,
      outcome: 'success',
      ...(origin && { origin }),
      details: { after: { description } },
    })
    return made
  })
  needs.access.changed()
  return permission
}

function problemsOf({ resource, action, description }: Required<NewPermission>) {
  const plain = 'must be 1 to 100 letters, digits and _ . / -, without a wildcard'
  return [
    ...(isPlainName(resource) ? [] : [{ pointer: '/resource', words: plain }]),
    ...(isPlainName(action) ? [] : [{ pointer: '/action', words: plain }]),
    ...(resource.startsWith(ownPrefix)
      ? [{ pointer: '/resource', words: 'must not begin with cardea.' }]
      : []),
    ...(isStorable(description) ? [] : [{ pointer: '/description', words: 'cannot be stored' }]),
  ]
}
