import { appendAudit } from '../audit/index.ts'
import type { UserId } from '../base/index.ts'
import type { By } from '../identity/index.ts'
import { apiKeyFailures } from './failures.ts'
import type { ApiKeyNeeds } from './needs.ts'
import { revokeKey, revokeKeysOf } from './store.ts'

type Needs = Pick<ApiKeyNeeds, 'db' | 'clock' | 'random' | 'count'>
type Target = {
  readonly id: string
  /** Whose it must be, where that matters. */
  readonly userId: UserId | null
}

/** Ends a key that counts; fails with 404 for every other one, and for those of somebody else. */
export async function revokeApiKey(needs: Needs, target: Target, by: By): Promise<void> {
  const found = await needs.db.transaction(async (tx) => {
    const key = await revokeKey(tx, target, needs.clock.now())
    if (key === undefined) return false
    await appendAudit(needs, tx, {
      ...by,
      action: 'api_key.revoke',
      resource: `api_key:${target.id}`,
      outcome: 'success',
      details: { user: key.userId, name: key.name, start: key.start },
    })
    return true
  })
  if (!found) throw apiKeyFailures.unknown_key()
  needs.count('revoked')
}

/** Ends all keys of a person; tells how many. */
export async function revokeApiKeysOf(needs: Needs, userId: UserId, by: By): Promise<number> {
  const count = await needs.db.transaction(async (tx) => {
    const ended = await revokeKeysOf(tx, userId, needs.clock.now())
    if (ended.length === 0) return 0
    await appendAudit(needs, tx, {
      ...by,
      action: 'api_key.revoke_all',
      resource: `user:${userId}`,
      outcome: 'success',
      details: { count: ended.length, keys: ended.map(({ id }) => id) },
    })
    return ended.length
  })
  for (let i = 0; i < count; i += 1) needs.count('revoked')
  return count
}
