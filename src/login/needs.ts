import type { Clock, Random, UserId } from '../base/index.ts'
import type { ClientCache } from '../clients/index.ts'
import type { Db } from '../db/index.ts'
import type { Assets, Cookies, Csrf, Languages, Pages } from '../http/index.ts'
import type { PasswordHasher, SignUpRules } from '../identity/index.ts'
import type { Kv } from '../kv/index.ts'
import type { Limits } from '../limits/index.ts'
import type { MfaCore } from '../mfa/index.ts'
import type { SessionLifetimes, SignInNeeds } from '../session/index.ts'
import type { Devices } from './device/devices.ts'
import type { ResourceLookup } from './resource-words.ts'
import type { Visits } from './visit.ts'

export type LoginNeeds = {
  readonly db: Db
  readonly kv: Kv
  readonly clock: Clock
  readonly random: Random
  readonly clients: ClientCache
  readonly resourceBook: ResourceLookup
  readonly devices: Devices
  readonly hasher: PasswordHasher
  readonly cookies: Cookies
  readonly csrf: Csrf
  readonly pages: Pages
  readonly languages: Languages
  readonly visits: Visits
  readonly lifetimes: SessionLifetimes
  /** For the letter about a new device. */
  readonly queue: SignInNeeds['queue']
  /** Seconds. */
  readonly flowLifetime: number
  readonly issuer: string
  /** Whether administrators may see the accounts of others at all. */
  readonly impersonation: boolean
  readonly mayImpersonate: (admin: UserId, person: UserId) => Promise<boolean>
  readonly describeDevice: (userAgent: string | undefined) => string
  readonly mayAdminister: (userId: UserId) => Promise<boolean>
  readonly countLogin: (outcome: string) => void
  readonly limits: Limits
  readonly mfa: MfaCore
  /** Seconds: how recent a proof must be to set up a factor. */
  readonly freshLifetime: number
  readonly assets: Assets
  /** Wrong passwords in a day after which the owner of an account is told. */
  readonly notifyAfter: number
  /** Whether the sign-in leads to registration. */
  readonly signUp: Pick<SignUpRules, 'mode'>
  readonly countStuffing: () => void
}
