import type { OwnPermission, SubjectKey } from '../access/index.ts'
import type { Caller } from '../account/index.ts'
import { callerMay, insufficientScope, subjectOf } from '../account/index.ts'
import type { AskedSubject } from './entities.ts'
import type { EvaluationNeeds } from './needs.ts'

/**
 * Everybody may ask about themselves; about others who has the permission, which may be limited to
 * questions on one type of resource (`cardea.decision:document`). Fails with 403.
 */
export async function requireMayAsk(
  { access }: Pick<EvaluationNeeds, 'access'>,
  caller: Caller,
  permission: OwnPermission,
  about: { readonly subject?: AskedSubject; readonly resourceType: string },
): Promise<void> {
  const { subject, resourceType } = about
  if (subject !== undefined && isSelf(caller, subject)) return
  if (!(await callerMay(access, caller, permission, resourceType))) {
    throw insufficientScope(caller, permission)
  }
}

export function isSelf(caller: Caller, { type, id }: AskedSubject): boolean {
  const self = subjectOf(caller)
  return type === self.type && id === self.id
}

/** Whether the caller may know that somebody exists. */
export function mayKnow(
  { access }: Pick<EvaluationNeeds, 'access'>,
  caller: Caller,
  { type, id }: AskedSubject,
): Promise<boolean> {
  const permission: OwnPermission = type === 'client' ? 'cardea.client:read' : 'cardea.user:read'
  return callerMay(access, caller, permission, id)
}

/** Somebody whom we know by name, or undefined for types of subjects that are not ours. */
export function keyOf({ type, id }: AskedSubject): SubjectKey | undefined {
  return type === 'user' || type === 'client' ? { type, id } : undefined
}
