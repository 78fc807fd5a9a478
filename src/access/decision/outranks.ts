import type { Model } from '../model/compile.ts'
import type { Permission } from '../model/permission.ts'
import { reachesCardea } from '../model/permission.ts'
import { includes } from '../model/permission-set.ts'
import type { Subject } from './subject.ts'

/**
 * Whether somebody may give a permission to others, or take it away: what reaches into Cardea itself gives
 * only who has it, without limit. What is of applications may give whoever manages roles.
 */
export function mayGive(model: Model, actor: Subject, permissions: readonly Permission[]): boolean {
  const own = model.permissionsOf(actor.generalRoles)
  return permissions.filter(reachesCardea).every((permission) => includes(own, permission))
}

/**
 * Whether somebody may manage the account of somebody else: who has a right over Cardea that the actor
 * lacks is out of reach, or else a mailed link would be a way to that right.
 */
export function outranks(model: Model, actor: Subject, other: Subject | undefined): boolean {
  const roles = other?.standing.grants.map(({ roleId }) => roleId) ?? []
  const theirs = [...model.permissionsOf(roles).bySpelling.values()]
  return mayGive(
    model,
    actor,
    theirs.map(({ permission }) => permission),
  )
}
