import type { Clock } from '../base/index.ts'
import type { Kv, KvAnswers } from '../kv/index.ts'
import { answerLinkedKv, createMemoryKv } from '../kv/index.ts'
import { type CountLink, keepCounts } from '../limits/index.ts'
import type { StoreName } from './messages.ts'

/** What the workers of a machine without Redis must agree on, in the memory of the supervisor. */
export type SharedState = {
  readonly stores: Readonly<Record<StoreName, Kv>>
  readonly count: CountLink
}

export function keepSharedState(clock: Clock): SharedState {
  return {
    stores: {
      main: createMemoryKv({ clock, maxEntries: 20_000 }),
      limits: createMemoryKv({ clock, maxEntries: 50_000 }),
    },
    count: keepCounts(),
  }
}

/** The calls of one worker. */
export type StateAnswers = Readonly<Record<StoreName, KvAnswers>>

export function answersFor(
  { stores }: SharedState,
  publish: (channel: string, message: string) => void,
): StateAnswers {
  return {
    main: answerLinkedKv(stores.main, publish),
    // Nothing is published among the limits.
    limits: answerLinkedKv(stores.limits, () => {}),
  }
}
