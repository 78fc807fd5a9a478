import type { Steward } from '../../access/index.ts'
import { byOf, callerOf, subjectOf } from '../../account/index.ts'
import type { Request } from '../../http/index.ts'

/** Who changes roles, by whose rights; a key gives no more than it may do itself. */
export function stewardOf(request: Request): Steward {
  const caller = callerOf(request)
  const scopes = caller.kind === 'api_key' ? caller.scopes : undefined
  return { ...byOf(request), giver: { subject: subjectOf(caller), scopes } }
}
