import { assignRole, roleNames } from '../../access/index.ts'
import { appendAudit } from '../../audit/index.ts'
import { secureRandom, systemClock } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { RoleBook } from '../../identity/index.ts'

const needs = { clock: systemClock, random: secureRandom }

/** The roles of a database, for an import. */
export function roleBook(db: Db): RoleBook {
  return {
    exists: async (role) => (await roleNames(db)).includes(role),
    async give(tx, userId, role) {
      if (!(await assignRole(tx, userId, role, needs.clock.now()))) return
      const entry = { actor: 'system', action: 'role.assign', resource: `user:${userId}` }
      await appendAudit(needs, tx, { ...entry, outcome: 'success', details: { role } })
    },
  }
}
