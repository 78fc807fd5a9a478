import type { Request } from '../../http/index.ts'
import type { AccountCore, SignUpNeeds, Visitor } from '../../identity/index.ts'
import type { LoginNeeds } from '../needs.ts'

/** What the pages for people who are not signed in stand on. */
export type SignUpPageNeeds = LoginNeeds &
  AccountCore &
  SignUpNeeds & {
    /** Who visits, from where, and in which language. */
    readonly visitor: (request: Request) => Visitor
    /** Where the operator's own texts can be read; '' where there is none. */
    readonly terms: { readonly url: string; readonly privacyUrl: string }
    readonly passwordMinLength: number
  }
