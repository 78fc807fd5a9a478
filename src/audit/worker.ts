import type { SealNeeds } from './chain/seal.ts'
import { ChainBroken, createChain } from './chain/seal.ts'
import type { FollowNeeds } from './follow/follow.ts'
import { follow } from './follow/follow.ts'
import type { AuditFollower, AuditStream } from './follow/follower.ts'

type Needs = SealNeeds &
  FollowNeeds & {
    readonly followers: readonly AuditFollower[]
    readonly streams: readonly AuditStream[]
  }

/** What the server does with the log about every second, on one node at a time. */
export type AuditWorker = {
  /** Seals what is settled, then takes the followers as far. */
  readonly seal: () => Promise<void>
  /** Carries sealed entries out; apart from `seal`, which must not wait for somebody else's server. */
  readonly stream: () => Promise<void>
  readonly streams: number
}

export function createAuditWorker(needs: Needs): AuditWorker {
  const chain = createChain(needs)
  /** Set while the chain is broken: whoever breaks it must not silence the followers by that. */
  let settled: number | undefined
  return {
    seal: async () => {
      const broken = await chain.seal().then(() => undefined, onlyBroken)
      settled = broken && (await chain.settled())
      await follow(needs, needs.followers, settled)
      if (broken) throw broken
    },
    stream: () => follow(needs, needs.streams, settled),
    streams: needs.streams.length,
  }
}

function onlyBroken(error: unknown): ChainBroken {
  if (error instanceof ChainBroken) return error
  throw error
}
