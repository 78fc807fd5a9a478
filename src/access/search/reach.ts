import { can, isCurrent } from '../decision/can.ts'
import type { Grant, Subject } from '../decision/subject.ts'
import type { Model } from '../model/compile.ts'
import { isPlainName } from '../model/permission.ts'
import { firstOf, spellings } from '../model/permission-set.ts'

/** For what somebody may do something. */
export type Reach = {
  /** For all things of the type. */
  readonly everything: boolean
  /** For all whose ids begin so: `2024-*`. */
  readonly patterns: string[]
  /** For these. */
  readonly ids: string[]
  /** For things of their own, wherever they are. */
  readonly own: boolean
}

/** Pure; `now` in milliseconds since 1970. */
export function reachOf(
  model: Model,
  subject: Subject | undefined,
  { type, action, now }: { readonly type: string; readonly action: string; readonly now: number },
): Reach {
  const grants =
    subject?.standing.active === true && isPlainName(type) && isPlainName(action)
      ? subject.standing.grants.filter((grant) => isCurrent(grant, now))
      : []
  const free = spellings(type, action, 'none')
  const own = spellings(type, action, 'own')
  const gives = (wanted: readonly string[]) => (grant: Grant) =>
    firstOf(model.ofRole(grant.roleId), wanted) !== undefined
  const limits = grants
    .filter(gives(free))
    .flatMap(({ scope }) => (scope?.type === type ? [scope.id] : []))
  const ending = limits.filter((id) => id.endsWith('*') && id !== '*')
  return {
    everything: can(model, subject, { resource: { type }, action }, now).allowed,
    patterns: [...new Set(ending)].sort(),
    ids: [...new Set(limits.filter((id) => !id.endsWith('*')))].sort(),
    own: grants.some((grant) => grant.scope === null && gives(own)(grant)),
  }
}
