import type { UserId } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import { accessFailures } from '../failures.ts'
import { ownerRole } from '../model/role.ts'
import { countOthersWithRole } from './store.ts'

/** Fails when this user is the last active owner: an installation must not lock itself out. */
export async function keepAnOwner(tx: Tx, userId: UserId): Promise<void> {
  const { has, others } = await countOthersWithRole(tx, ownerRole, userId)
  if (has && others === 0) throw accessFailures.last_owner()
}
