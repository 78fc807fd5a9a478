import type { Clock, Random } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { Queue } from '../../jobs/index.ts'
import type { PasswordRules } from '../account-input.ts'
import type { PasswordHasher } from '../password/hasher.ts'

/** What the operator decided about sign-up. Lifetimes are seconds. */
export type SignUpRules = {
  readonly mode: 'open' | 'invitation' | 'closed'
  readonly verifyEmail: boolean
  readonly linkLifetime: number
  readonly codeLifetime: number
  readonly invitationLifetime: number
  /** '' when no terms need to be accepted. */
  readonly termsVersion: string
}

export type SignUpNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly hasher: PasswordHasher
  readonly passwords: PasswordRules
  readonly queue: Queue
  readonly signUp: SignUpRules
  readonly issuer: string
  /** Turns 6-digit codes into digests. */
  readonly codeKey: Buffer
}

/** Where an act comes from and what language its letters speak. */
export type Visitor = {
  readonly origin: { readonly ip: string; readonly requestId: string; readonly userAgent?: string }
  readonly locale: string
}
