import type { Clock, Random, SessionId, UserId } from '../base/index.ts'
import type { Db, Tx } from '../db/index.ts'
import type { Queue } from '../jobs/index.ts'
import type { PasswordRules } from './account-input.ts'
import type { PasswordHasher } from './password/hasher.ts'

/** What the use cases of a living account need. Lifetimes are seconds. */
export type AccountCore = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly hasher: PasswordHasher
  readonly passwords: PasswordRules
  readonly queue: Queue
  readonly issuer: string
  /** Turns 6-digit codes into digests. */
  readonly codeKey: Buffer
  readonly account: {
    readonly recoveryLifetime: number
    readonly codeLifetime: number
    readonly deletionGrace: number
    /** How many former passwords may not come back. */
    readonly passwordHistory: number
  }
  /** Ends the sessions and grants of a user, all but one session if that is named. */
  readonly endSessions: (tx: Tx, userId: UserId, now: Date, except?: SessionId) => Promise<void>
  /** Fails when this user is the last one who may do everything. */
  readonly keepAnOwner: (tx: Tx, userId: UserId) => Promise<void>
  /** A User-Agent in words. */
  readonly describeDevice: (userAgent: string | undefined) => string
}
