import { scopeMatches } from '../assignment/scope.ts'
import type { Model } from '../model/compile.ts'
import type { Source } from '../model/permission-set.ts'
import { findSource } from '../model/permission-set.ts'
import type { Grant, Subject } from './subject.ts'

/** May the subject do this to that? */
export type Question = {
  readonly resource: {
    readonly type: string
    /** Absent when the question is about the type as a whole: then only unlimited roles count. */
    readonly id?: string | undefined
    /** By what the owner is named, where that is known. */
    readonly owner?: string | undefined
  }
  readonly action: string
}

export type Allowed = {
  readonly allowed: true
  readonly grant: Grant
  readonly source: Source
}

/** Why not. `elsewhere`: for other things of the type; `not_yet` and `over`: at another time. */
export type WhyNot =
  | 'unknown_subject'
  | 'inactive_subject'
  | 'no_permission'
  | 'elsewhere'
  | 'not_yet'
  | 'over'
  | 'not_owner'

export type Decision = Allowed | { readonly allowed: false; readonly why: WhyNot }

/**
 * The one rule: somebody may do what a role allows that they have, directly, by a group or by an ancestor
 * of the role, now, and for this thing. There are only permissions, no prohibitions, so that giving
 * somebody more never takes anything away. Pure; `now` in milliseconds since 1970.
 */
export function can(
  model: Model,
  subject: Subject | undefined,
  question: Question,
  now: number,
): Decision {
  if (subject === undefined) return { allowed: false, why: 'unknown_subject' }
  if (!subject.standing.active) return { allowed: false, why: 'inactive_subject' }
  const general = findIn(model, subject, subject.generalRoles, question)
  if (general !== undefined) {
    const grant = subject.general.find(({ roleId }) => roleId === general.roleId)
    if (grant !== undefined) return { allowed: true, grant, source: general }
  }
  for (const grant of narrower(subject, question)) {
    if (!isCurrent(grant, now)) continue
    const source = findIn(model, subject, [grant.roleId], question)
    if (source !== undefined) return { allowed: true, grant, source }
  }
  return { allowed: false, why: whyNot(model, subject, question, now) }
}

/** The grants with a limit that reach this thing, whatever the time. */
function narrower(subject: Subject, { resource }: Question): readonly Grant[] {
  const { type, id } = resource
  const exact = id === undefined ? undefined : subject.exact.get(`${type}:${id}`)
  const prefixed = subject.prefixed
    .get(type)
    ?.filter(({ scope }) => scope !== null && scopeMatches(scope, type, id))
  if (exact === undefined && prefixed === undefined) return subject.timed
  return [...subject.timed, ...(exact ?? []), ...(prefixed ?? [])]
}

export function isCurrent({ from, until }: Pick<Grant, 'from' | 'until'>, now: number): boolean {
  return (from === null || from <= now) && (until === null || now < until)
}

function findIn(
  model: Model,
  subject: Subject,
  roleIds: readonly string[],
  { resource, action }: Question,
): Source | undefined {
  if (roleIds.length === 0) return undefined
  const permissions = model.permissionsOf(roleIds)
  const free = findSource(permissions, resource.type, action, 'none')
  if (free !== undefined || resource.owner === undefined) return free
  const owns = subject.standing.names.includes(resource.owner)
  return owns ? findSource(permissions, resource.type, action, 'own') : undefined
}

/** What comes nearest to a permission, for who wonders. */
function whyNot(model: Model, subject: Subject, question: Question, now: number): WhyNot {
  const { type } = question.resource
  const near = subject.standing.grants.flatMap((grant): WhyNot[] => {
    const permissions = model.permissionsOf([grant.roleId])
    const free = findSource(permissions, type, question.action, 'none')
    if (free === undefined && findSource(permissions, type, question.action, 'own') === undefined) {
      return []
    }
    if (grant.scope !== null && !scopeMatches(grant.scope, type, question.resource.id)) {
      return grant.scope.type === type ? ['elsewhere'] : []
    }
    if (!isCurrent(grant, now))
      return [grant.from !== null && now < grant.from ? 'not_yet' : 'over']
    return ['not_owner']
  })
  const order: readonly WhyNot[] = ['not_owner', 'not_yet', 'over', 'elsewhere']
  return order.find((why) => near.includes(why)) ?? 'no_permission'
}
