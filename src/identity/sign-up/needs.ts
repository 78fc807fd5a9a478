import type { AccountCore } from '../account-needs.ts'

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

export type SignUpNeeds = Pick<
  AccountCore,
  'db' | 'clock' | 'random' | 'hasher' | 'passwords' | 'queue' | 'issuer' | 'codeKey'
> & { readonly signUp: SignUpRules }

/** Where an act comes from and what language its letters speak. */
export type Visitor = {
  readonly origin: { readonly ip: string; readonly requestId: string; readonly userAgent?: string }
  readonly locale: string
}
