import { addSeconds } from '../base/index.ts'
import { writeLetter } from '../mail/index.ts'
import type { ApiKeyNeeds } from './needs.ts'
import { keysUrl } from './needs.ts'
import { takeExpiringKeys } from './store.ts'

/** Seconds before the end at which the owner is told (ASVS 6.4.5). */
export const remindAhead = 7 * 86_400

/** Writes to the owners of up to `limit` keys that end soon, once for each key; tells how many. */
export async function remindOfKeyExpiry(needs: ApiKeyNeeds, limit: number): Promise<number> {
  const now = needs.clock.now()
  return needs.db.transaction(async (tx) => {
    const keys = await takeExpiringKeys(tx, { now, until: addSeconds(now, remindAhead), limit })
    for (const { userId, name, expiresAt } of keys) {
      const person = await needs.personOf(userId)
      if (person?.email == null || !person.emailVerified) continue
      await writeLetter(needs, tx, {
        to: person.email,
        locale: person.profile.locale ?? 'en',
        template: 'api-key-expiring',
        values: {
          username: person.username,
          name,
          until: expiresAt.toISOString(),
          keysUrl: keysUrl(needs.issuer),
        },
      })
    }
    return keys.length
  })
}
