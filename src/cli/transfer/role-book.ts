import { accessFailures, assignRole } from '../../access/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { UserId } from '../../base/index.ts'
import { Failure, newId, secureRandom, systemClock } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { RoleBook } from '../../identity/index.ts'

const needs = { clock: systemClock, random: secureRandom }
const unknownRole = accessFailures.unknown_role().kind

/** The roles of a database, for an import. */
export function roleBook(db: Db): RoleBook {
  return {
    exists: (role) => roleExists(db, role),
    async give(tx, userId, role) {
      if (!(await assignRole(tx, userId, role, needs.clock.now()))) return
      const entry = { actor: 'system', action: 'role.assign', resource: `user:${userId}` }
      await appendAudit(needs, tx, { ...entry, outcome: 'success', details: { role } })
    },
  }
}

/** That a role is unknown is told when it is given: it is given to nobody, which can never be kept. */
async function roleExists(db: Db, role: string): Promise<boolean> {
  const nobody = newId<UserId>(needs.clock, needs.random)
  const tried = new Error('taken back')
  try {
    await db.transaction(async (tx) => {
      await assignRole(tx, nobody, role, needs.clock.now()).catch((error: unknown) => {
        if (error instanceof Failure) throw error
      })
      throw tried
    })
    return false
  } catch (error) {
    if (error === tried) return true
    if (error instanceof Failure && error.kind.code === unknownRole.code) return false
    throw error
  }
}
