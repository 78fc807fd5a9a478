import type { Clock, UserId } from '../base/index.ts'
import type { Queries } from '../db/index.ts'
import type { ApiKey } from './api-key.ts'
import type { KeyFilter } from './store.ts'
import { selectKeys, selectKeysOf, selectKeysOfUser } from './store.ts'

type Needs = { readonly db: Queries; readonly clock: Clock }

/** The keys of a person: all that count, and some that do not any more. */
export function listApiKeysOf({ db, clock }: Needs, userId: UserId): Promise<ApiKey[]> {
  return selectKeysOf(db, userId, clock.now())
}

export type KeySearch = Omit<KeyFilter, 'now'> & { readonly userId: UserId | null }

/** The keys of everybody or of one person, the newest first. */
export function searchApiKeys(
  { db, clock }: Needs,
  { userId, ...rest }: KeySearch,
): Promise<ApiKey[]> {
  const filter = { ...rest, now: clock.now() }
  return userId === null ? selectKeys(db, filter) : selectKeysOfUser(db, userId, filter)
}
