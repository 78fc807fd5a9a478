import { addSeconds } from '../../base/index.ts'
import type { MfaCore } from '../factor.ts'
import { allows } from '../policy/policy.ts'
import { securityUrl, tell } from '../tell.ts'
import { takeExpiringSets } from './store.ts'

/** Seconds before the end at which a person is told. */
const ahead = 30 * 86_400

/** Writes to up to `limit` people whose codes end soon, once for each set; tells how many sets. */
export async function remindOfBackupExpiry(core: MfaCore, limit: number): Promise<number> {
  const { policy } = await core.policy.current()
  if (!allows(policy, 'backup_code')) return 0
  const now = core.clock.now()
  return core.db.transaction(async (tx) => {
    const sets = await takeExpiringSets(tx, { now, until: addSeconds(now, ahead), limit })
    for (const { userId, expiresAt } of sets) {
      const person = await core.personOf(userId)
      if (person === undefined) continue
      const values = {
        username: person.username,
        until: expiresAt.toISOString(),
        securityUrl: securityUrl(core.issuer),
      }
      await tell(core, tx, { person, origin: {} }, { template: 'backup-codes-expiring', values })
    }
    return sets.length
  })
}
