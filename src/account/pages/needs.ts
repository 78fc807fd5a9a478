import type { Clock, Random } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { Cookies, Csrf, Languages, Pages } from '../../http/index.ts'
import type { PasswordHasher } from '../../identity/index.ts'
import type { Visits } from '../../login/index.ts'
import type { Places, SessionLifetimes } from '../../session/index.ts'
import type { AccountNeeds } from '../needs.ts'
import type { PasswordScripts } from './views/password-page.ts'

export type AccountPagesNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly hasher: PasswordHasher
  readonly cookies: Cookies
  readonly csrf: Csrf
  readonly pages: Pages
  readonly languages: Languages
  readonly visits: Visits
  readonly lifetimes: SessionLifetimes
  readonly apiLifetimes: SessionLifetimes
  /** Seconds: how recent a proof must be for sensitive changes. */
  readonly freshLifetime: number
  readonly places: Places
  readonly countLogin: (outcome: string) => void
}

/** What the pages need that change an account. */
export type AccountPageNeeds = AccountNeeds &
  AccountPagesNeeds & {
    readonly passwordMinLength: number
    /** The scripts of password fields; without them the fields work as well. */
    readonly strength?: PasswordScripts
  }
