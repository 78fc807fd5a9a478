import { comparisonKey } from '../../base/index.ts'
import { scopeMatches } from '../assignment/scope.ts'
import type { Model } from '../model/compile.ts'
import { isPlainName } from '../model/permission.ts'
import type { Source } from '../model/permission-set.ts'
import { firstOf, spellings } from '../model/permission-set.ts'
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
  const { type } = question.resource
  // Anything else could be mistaken for a permission: an action "read@own" for "read" without condition.
  if (!isPlainName(type) || !isPlainName(question.action)) {
    return { allowed: false, why: 'no_permission' }
  }
  const wanted = {
    free: spellings(type, question.action, 'none'),
    own: spellings(type, question.action, 'own'),
    owns: isOwner(subject, question.resource.owner),
  }
  for (const roleId of subject.generalRoles) {
    const source = findIn(model, roleId, wanted)
    const grant = source && subject.general.find((one) => one.roleId === roleId)
    if (source !== undefined && grant !== undefined) return { allowed: true, grant, source }
  }
  for (const grant of narrower(subject, question)) {
    const source = isCurrent(grant, now) ? findIn(model, grant.roleId, wanted) : undefined
    if (source !== undefined) return { allowed: true, grant, source }
  }
  return { allowed: false, why: whyNot(model, subject, question, { ...wanted, now }) }
}

type Wanted = {
  /** What allows it for every thing, as permissions are written. */
  readonly free: readonly string[]
  /** What allows it for things of one's own. */
  readonly own: readonly string[]
  readonly owns: boolean
}

function findIn(model: Model, roleId: string, { free, own, owns }: Wanted): Source | undefined {
  const permissions = model.ofRole(roleId)
  return firstOf(permissions, free) ?? (owns ? firstOf(permissions, own) : undefined)
}

/** An address has more than one spelling, an id has one. */
function isOwner({ standing }: Subject, owner: string | undefined): boolean {
  if (owner === undefined) return false
  return standing.names.includes(owner.includes('@') ? comparisonKey(owner) : owner)
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

const nearest: readonly WhyNot[] = ['not_owner', 'not_yet', 'over', 'elsewhere']

/** What comes nearest to a permission, for who wonders. */
function whyNot(
  model: Model,
  { standing }: Subject,
  { resource }: Question,
  { free, own, now }: Wanted & { readonly now: number },
): WhyNot {
  // Somebody may have one role for thousands of things.
  const helpful = new Map<string, boolean>()
  const helps = (roleId: string) => {
    const known = helpful.get(roleId)
    if (known !== undefined) return known
    const permissions = model.ofRole(roleId)
    const found = (firstOf(permissions, free) ?? firstOf(permissions, own)) !== undefined
    helpful.set(roleId, found)
    return found
  }
  const near = new Set<WhyNot>()
  for (const { roleId, scope, from, until } of standing.grants) {
    if (!helps(roleId)) continue
    if (scope !== null && !scopeMatches(scope, resource.type, resource.id)) {
      if (scope.type === resource.type) near.add('elsewhere')
    } else if (isCurrent({ from, until }, now)) near.add('not_owner')
    else near.add(from !== null && now < from ? 'not_yet' : 'over')
  }
  return nearest.find((why) => near.has(why)) ?? 'no_permission'
}
