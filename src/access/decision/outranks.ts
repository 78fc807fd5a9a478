import type { Model } from '../model/compile.ts'
import type { Permission } from '../model/permission.ts'
import { covers, parsePermission, reachesCardea } from '../model/permission.ts'
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
export function outranks(
  model: Model,
  actor: Subject,
  other: Subject | undefined,
  /** What the actor's key may use of the actor's rights; absent for everybody who comes without a key. */
  scopes?: readonly string[],
): boolean {
  const roles = other?.standing.grants.map(({ roleId }) => roleId) ?? []
  const theirs = [...model.permissionsOf(roles).bySpelling.values()]
  const reaching = theirs.map(({ permission }) => permission).filter(reachesCardea)
  const wide = scopes?.flatMap((scope) => parsePermission(scope) ?? [])
  const within =
    wide === undefined || reaching.every((one) => wide.some((scope) => covers(scope, one)))
  return within && mayGive(model, actor, reaching)
}
