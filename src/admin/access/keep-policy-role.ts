import { findRole } from '../../access/index.ts'
import { readPolicy } from '../../mfa/index.ts'
import { adminFailures } from '../failures.ts'
import type { AdminNeeds } from '../needs.ts'

/**
 * Fails while the policy of second factors names a role: gone, or under another name, nobody would be asked
 * for a factor because of it any more.
 */
export async function keepPolicyRole(
  { db }: Pick<AdminNeeds, 'db'>,
  id: string,
  change: 'delete' | { readonly name?: string },
): Promise<void> {
  if (change !== 'delete' && change.name === undefined) return
  const [role, { policy }] = await Promise.all([findRole(db, id), readPolicy(db)])
  if (role === undefined || !Object.hasOwn(policy.roles, role.name)) return
  if (change === 'delete' || change.name !== role.name) throw adminFailures.role_in_policy()
}
