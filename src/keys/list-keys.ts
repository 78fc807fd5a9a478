import type { Clock } from '../base/index.ts'
import { addSeconds } from '../base/index.ts'
import type { Queries } from '../db/index.ts'
import type { KeyState, Lifetime } from './key-schedule.ts'
import { keyState } from './key-schedule.ts'
import { deleteExpiredKeys, selectKeys } from './store.ts'

type Needs = { readonly db: Queries; readonly clock: Clock }

/** A key as an operator sees it, without its material. */
export type ListedKey = Lifetime & { readonly state: KeyState; readonly createdAt: Date }

export async function listKeys(needs: Needs): Promise<ListedKey[]> {
  const now = needs.clock.now()
  const keys = await selectKeys(needs.db)
  return keys.map((key) => {
    const { kid, alg, createdAt, signsFrom, signsUntil, verifyUntil } = key
    const state = keyState(key, now)
    return { kid, alg, state, createdAt, signsFrom, signsUntil, verifyUntil }
  })
}

const keptAfterExpiry = 86_400

/** Deletes keys a day after the last thing they signed became invalid. */
export function sweepKeys(needs: Needs): Promise<number> {
  return deleteExpiredKeys(needs.db, addSeconds(needs.clock.now(), -keptAfterExpiry))
}
