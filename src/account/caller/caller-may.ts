import type { AccessBook } from '../../access/index.ts'
import { covers, parsePermission } from '../../access/index.ts'
import type { Caller } from './caller.ts'
import { subjectOf } from './caller.ts'

/** Whether a caller has a permission of ours, for one thing where an id is given. A key has no more than its scopes. */
export async function callerMay(
  access: AccessBook,
  caller: Caller,
  permission: string,
  id?: string,
): Promise<boolean> {
  const asked = parsePermission(permission)
  if (asked === undefined) throw new Error(`${permission} is no permission`)
  const question = { resource: { type: asked.resource, id }, action: asked.action }
  const { allowed } = await access.decide(subjectOf(caller), question)
  return allowed && (caller.kind !== 'api_key' || isWithin(caller.scopes, asked))
}

function isWithin(
  scopes: readonly string[],
  asked: NonNullable<ReturnType<typeof parsePermission>>,
): boolean {
  return scopes.some((scope) => {
    const wide = parsePermission(scope)
    return wide !== undefined && covers(wide, asked)
  })
}
