import { isAdministrator, ownerRole, rolesOf } from '../access/index.ts'
import type { Principal } from '../account/index.ts'
import { principalOf, requireOwnLevel } from '../account/index.ts'
import type { UserId } from '../base/index.ts'
import { failures } from '../base/index.ts'
import type { Request } from '../http/index.ts'
import type { AdminNeeds } from './needs.ts'

export const adminFailures = failures({
  forbidden: ['forbidden', 403, 'This needs an administrator.'],
  own_account: ['own_account', 409, 'This is your own account. Look after it on your own pages.'],
  has_factor: ['has_factor', 409, 'This person has a second factor already.'],
})

/** The administrator who calls; fails with 401 or 403. */
export async function administrator(needs: AdminNeeds, request: Request): Promise<Principal> {
  const principal = await principalOf(needs, request)
  if (!isAdministrator(await rolesOf(needs.db, principal.user.id))) throw adminFailures.forbidden()
  return principal
}

/**
 * The same for changes: the administrator proved recently, and at the level of the own account, who they
 * are (ASVS 7.5.3, 8.4.2). Fails with the challenge of RFC 9470 section 3 otherwise.
 */
export async function freshAdministrator(needs: AdminNeeds, request: Request): Promise<Principal> {
  const principal = await administrator(needs, request)
  await requireOwnLevel(needs, principal.user, principal.proved)
  return principal
}

/** An owner is managed by owners only: otherwise every administrator could become one by a mailed link. */
export async function mayManage(needs: AdminNeeds, actor: UserId, target: UserId): Promise<void> {
  const [own, theirs] = await Promise.all([rolesOf(needs.db, actor), rolesOf(needs.db, target)])
  if (theirs.includes(ownerRole) && !own.includes(ownerRole)) throw adminFailures.forbidden()
}
