import { type Clock, comparisonKey } from '../../base/index.ts'
import type { DigestKey } from '../state/digest-key.ts'
import type { SoftState } from '../state/soft-state.ts'
import { reachesInWindow } from '../state/window-count.ts'
import type { Attempt } from './attempts.ts'

type Needs = {
  readonly clock: Clock
  readonly store: SoftState
  readonly digest: DigestKey
  /** Failures in a day before the owner hears of them. */
  readonly after: number
}

const aDay = 86_400

/** Counts a failure; true once a day, when the owner of the account should hear of them. */
export function createNotice(needs: Needs): (attempt: Attempt) => Promise<boolean> {
  const { store, digest, after } = needs
  return async ({ account }) => {
    const whose = digest('notice', comparisonKey(account))
    const window = { key: `limits:failures:${whose}`, seconds: aDay, most: after }
    return (
      (await reachesInWindow(needs, window)) && store.add(`limits:notified:${whose}`, '1', aDay)
    )
  }
}
