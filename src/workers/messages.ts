import type { Config } from '../config.ts'
import type { KvCall, KvReply } from '../kv/index.ts'
import type { CountCall, CountLink } from '../limits/index.ts'

/**
 * Raised with every change of what the processes say to each other: a worker that was started from newer files
 * than its supervisor must not guess.
 */
export const protocol = 1

/** What a worker has to know; it comes over the channel, which nobody else can read, and is never logged. */
export type Task = {
  readonly config: Config
  readonly databaseUrl: string
  /** In base64; the first seals. */
  readonly masterKeys: readonly string[]
}

/** What a worker is told of itself. */
export type Place = Task & {
  /** From 1; its replacement has the same. */
  readonly number: number
  /** True where the supervisor keeps the soft state and counts, for there is no Redis. */
  readonly linked: boolean
  /** Whether to offer the set-up link: one worker does, once in a start. */
  readonly offersSetup: boolean
}

/** Two stores, so that a flood of names that people try pushes out nothing else. */
export type StoreName = 'main' | 'limits'

/** The measurements of all, in the form of the telemetry; the supervisor does not look into them. */
export type Gathered = {
  /** Of the workers that answered in time. */
  readonly live: readonly string[]
  /** What was last known of those that are gone or did not answer; of them only what adds up counts. */
  readonly past: readonly string[]
  readonly workers: number
  readonly restarts: number
  /** Which `past` this is, for who makes one of several. */
  readonly edition: number
}

export type Merged = { readonly past: string; readonly edition: number }

/** What workers say to the supervisor. */
export type FromWorker = {
  readonly questions: {
    readonly join: { readonly with: { readonly protocol: number }; readonly reply: Place }
    readonly kv: {
      readonly with: { readonly store: StoreName; readonly call: KvCall }
      readonly reply: KvReply
    }
    readonly count: {
      readonly with: CountCall
      readonly reply: Awaited<ReturnType<CountLink>>
    }
    readonly gather: { readonly with: undefined; readonly reply: Gathered }
  }
  readonly news: {
    readonly serving: undefined
    readonly merged: Merged
    /** The last measurements of one that ends. */
    readonly parting: string
  }
}

/** What the supervisor says to workers. */
export type FromSupervisor = {
  readonly questions: {
    readonly snapshot: { readonly with: undefined; readonly reply: string }
    readonly alive: { readonly with: undefined; readonly reply: true }
  }
  readonly news: {
    readonly published: { readonly channel: string; readonly message: string }
    readonly own: boolean
    /** Finish what is begun and end; `rolled` when another has taken over already. */
    readonly end: { readonly rolled: boolean }
  }
}
