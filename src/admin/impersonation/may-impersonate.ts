import type { AccessBook } from '../../access/index.ts'
import { outranks } from '../../access/index.ts'
import type { UserId } from '../../base/index.ts'

/** Whether an administrator may see the account of somebody, as things are now. */
export async function mayImpersonate(
  access: AccessBook,
  admin: UserId,
  person: UserId,
): Promise<boolean> {
  const key = { type: 'user', id: admin } as const
  const resource = { type: 'cardea.user', id: person }
  const { allowed } = await access.decide(key, { resource, action: 'impersonate' })
  const [model, actor, other] = await Promise.all([
    access.model(),
    access.subject(key),
    access.subject({ type: 'user', id: person }),
  ])
  return allowed && actor !== undefined && outranks(model, actor, other)
}
