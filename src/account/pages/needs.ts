import type { Csrf, Languages, Pages, PasswordScripts } from '../../http/index.ts'
import type { ResourceLookup } from '../../login/index.ts'
import type { Places } from '../../session/index.ts'
import type { AccountNeeds } from '../needs.ts'

/** What the pages for who is signed in stand on. */
export type AccountPageNeeds = AccountNeeds & {
  readonly csrf: Csrf
  readonly pages: Pages
  readonly languages: Languages
  readonly places: Places
  readonly resourceBook: ResourceLookup
  readonly passwordMinLength: number
  /** The scripts of password fields; without them the fields work as well. */
  readonly strength?: PasswordScripts
}
