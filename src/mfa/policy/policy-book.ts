import type { Clock } from '../../base/index.ts'
import type { Queries } from '../../db/index.ts'
import type { Policy } from './policy.ts'
import { defaultPolicy } from './policy.ts'
import { selectPolicy } from './store.ts'

/** Milliseconds. The bound within which every node sees a change, even when told of none. */
const maxAge = 1000

export type CurrentPolicy = {
  readonly policy: Policy
  /** 0 while it was never changed. */
  readonly version: number
  readonly updatedAt: Date | undefined
}

/**
 * The policy that holds, read once a second at most. While the database is away the last one goes on, so
 * that pages can still be shown; nobody can sign in then anyway.
 */
export type PolicyBook = {
  readonly current: () => Promise<CurrentPolicy>
  /** Reads anew at the next question, after a change on this node. */
  readonly forget: () => void
}

type Entry = { readonly readAt: number; readonly policy: Promise<CurrentPolicy> }

export function createPolicyBook(needs: {
  readonly db: Queries
  readonly clock: Clock
}): PolicyBook {
  let entry: Entry | undefined
  let last: CurrentPolicy | undefined
  const readOrKeep = async () => {
    try {
      last = await readPolicy(needs.db)
      return last
    } catch (error) {
      if (last === undefined) throw error
      return last
    }
  }
  const read = (now: number) => {
    const policy = readOrKeep()
    const made = { readAt: now, policy }
    entry = made
    policy.catch(() => {
      if (entry === made) entry = undefined
    })
    return policy
  }
  return {
    current() {
      const now = needs.clock.now().getTime()
      const fresh = entry !== undefined && Math.abs(now - entry.readAt) < maxAge
      return fresh && entry !== undefined ? entry.policy : read(now)
    },
    forget() {
      entry = undefined
    },
  }
}

/** What is missing in an older document is as in the default policy. */
export async function readPolicy(queries: Queries): Promise<CurrentPolicy> {
  const stored = await selectPolicy(queries)
  if (stored === undefined) return { policy: defaultPolicy, version: 0, updatedAt: undefined }
  const { document, version, updatedAt } = stored
  const passkeys = { ...defaultPolicy.passkeys, ...document.passkeys }
  return { policy: { ...defaultPolicy, ...document, passkeys }, version, updatedAt }
}
