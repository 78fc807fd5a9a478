import type { Clock, Random, UserId } from '../base/index.ts'
import type { ClientCache } from '../clients/index.ts'
import type { Db } from '../db/index.ts'
import type { Cookies, Csrf, Pages } from '../http/index.ts'
import type { PasswordHasher } from '../identity/index.ts'
import type { Kv } from '../kv/index.ts'
import type { SessionLifetimes } from '../session/index.ts'
import type { Visits } from './visit.ts'

export type LoginNeeds = {
  readonly db: Db
  readonly kv: Kv
  readonly clock: Clock
  readonly random: Random
  readonly clients: ClientCache
  readonly hasher: PasswordHasher
  readonly cookies: Cookies
  readonly csrf: Csrf
  readonly pages: Pages
  readonly visits: Visits
  readonly lifetimes: SessionLifetimes
  /** Seconds. */
  readonly flowLifetime: number
  readonly issuer: string
  readonly isAdministrator: (userId: UserId) => Promise<boolean>
  readonly countLogin: (outcome: string) => void
}
