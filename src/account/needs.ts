import type { Clock, Random } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { PasswordHasher, PasswordRules } from '../identity/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { Visits } from '../login/index.ts'
import type { VerifiedTokens } from '../oauth/index.ts'
import type { RefreshTokens, SessionLifetimes } from '../session/index.ts'

export type AccountNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly keys: KeyRing
  readonly hasher: PasswordHasher
  readonly refreshTokens: RefreshTokens
  readonly visits: Visits
  readonly issuer: string
  readonly verifiedTokens: VerifiedTokens
  readonly registrationOpen: boolean
  readonly passwords: PasswordRules
  /** Seconds. */
  readonly accessLifetime: number
  readonly apiLifetimes: SessionLifetimes
  readonly refreshGrace: number
  readonly countLogin: (outcome: string) => void
  readonly onReuse: () => void
}
