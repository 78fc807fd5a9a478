import type { Clock } from '../base/index.ts'
import type { Kv, RedisKv } from '../kv/index.ts'
import { type Admission, type Attempt, type Attempts, createAttempts } from './attempts/attempts.ts'
import { createNotice } from './attempts/notice.ts'
import { createStuffing, type Stuffing, type StuffingSign } from './attempts/stuffing.ts'
import {
  type ChallengeMode,
  type Challenges,
  challengeNeeded,
  createChallenges,
} from './challenge.ts'
import { createCounts } from './counts.ts'
import type { CountLink } from './kept-counts.ts'
import type { LimitCheck, LimitKey, LimitName, LimitPoints } from './limit-table.ts'
import { createDigestKey } from './state/digest-key.ts'
import { createSoftState } from './state/soft-state.ts'
import type { Verdict } from './verdict.ts'

/** The settings of the section `limits`, and `mail.perRecipientHourly`. */
export type LimitSettings = LimitPoints & {
  readonly enabled: boolean
  readonly freeFailures: number
  /** Seconds. */
  readonly longestDelay: number
  readonly stuffingAccounts: number
  readonly notifyAfter: number
  readonly challenge: ChallengeMode
  readonly challengeCost: number
}

export type LimitsNeeds = {
  readonly settings: LimitSettings
  readonly clock: Clock
  /** 32 bytes that all nodes share. */
  readonly secret: Buffer
  /** Without it this process counts for itself. */
  readonly redis?: RedisKv | undefined
  /** Another process that counts for all, and fails with what it cannot answer. */
  readonly linked?: LinkedLimits | undefined
}

export type LinkedLimits = { readonly store: Kv; readonly count: CountLink }

/** How an attempt ended; `abandoned` when our own trouble kept us from finding out. */
export type Ending = 'success' | 'failure' | 'abandoned'

export type Outcome = {
  /** Once a day for an account: its owner should be told of the failures. */
  readonly notifyOwner: boolean
  readonly stuffing: StuffingSign
}

export type Limits = {
  /** Uses one of the tries that a limit allows. */
  readonly consume: <Name extends LimitName>(name: Name, key: LimitKey<Name>) => Promise<Verdict>
  /** What `consume` would say, without using anything. */
  readonly peek: <Name extends LimitName>(name: Name, key: LimitKey<Name>) => Promise<Verdict>
  /**
   * Consumes in this order and throws at the first refusal, before the limits that follow are used:
   * whoever is refused alone must not use up what all share. Returns the headers of the answer.
   */
  readonly admit: (...checks: readonly LimitCheck[]) => Promise<Readonly<Record<string, string>>>
  readonly beforeAttempt: (attempt: Attempt) => Promise<Admission>
  readonly afterAttempt: (attempt: Attempt, ending: Ending) => Promise<Outcome>
  readonly isSuspicious: (ip: string) => Promise<boolean>
  readonly challengeNeeded: (ip: string) => Promise<boolean>
  readonly challenges: Challenges
}

export function createLimits({ settings, clock, secret, redis, linked }: LimitsNeeds): Limits {
  const store = linked?.store ?? createSoftState({ clock, kv: redis })
  const shared = { clock, store, digest: createDigestKey(secret) }
  const stuffing = createStuffing({ ...shared, accounts: settings.stuffingAccounts })
  const counts = createCounts({ ...shared, settings, stuffing, redis, link: linked?.count })
  const isSuspicious = async (ip: string) => settings.enabled && stuffing.isSuspicious(ip)
  return {
    ...counts,
    ...createWatch(settings, {
      attempts: createAttempts({ ...shared, rules: rulesOf(settings) }),
      notice: createNotice({ ...shared, after: settings.notifyAfter }),
      stuffing,
    }),
    isSuspicious,
    challengeNeeded: async (ip) => {
      const mode = settings.challenge
      return challengeNeeded(mode, mode === 'suspicious' && (await isSuspicious(ip)))
    },
    challenges: createChallenges({ ...shared, secret, cost: settings.challengeCost }),
  }
}

function rulesOf({ freeFailures, longestDelay }: LimitSettings) {
  return { free: freeFailures, longest: longestDelay }
}

type WatchNeeds = {
  readonly attempts: Attempts
  readonly notice: (attempt: Attempt) => Promise<boolean>
  readonly stuffing: Stuffing
}

function createWatch({ enabled }: LimitSettings, { attempts, notice, stuffing }: WatchNeeds) {
  const quiet: Outcome = { notifyOwner: false, stuffing: undefined }
  return {
    beforeAttempt: async (attempt: Attempt): Promise<Admission> =>
      enabled ? attempts.begin(attempt) : { allowed: true },
    afterAttempt: async (attempt: Attempt, ending: Ending): Promise<Outcome> => {
      if (!enabled) return quiet
      if (ending === 'failure') {
        return { notifyOwner: await notice(attempt), stuffing: await stuffing.failed(attempt) }
      }
      await (ending === 'success' ? attempts.succeed(attempt) : attempts.abandon(attempt))
      return quiet
    },
  }
}
