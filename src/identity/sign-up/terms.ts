import { identityFailures } from '../failures.ts'
import type { SignUpRules } from './needs.ts'

/** A new account accepts the very version of the terms that is in force. */
export function requireTerms({ termsVersion }: SignUpRules, accepted: string | undefined): void {
  if (termsVersion === '' || accepted === termsVersion) return
  const members = [{ pointer: '/accepted_terms', words: 'The terms must be accepted.' }]
  throw identityFailures.terms_not_accepted({ members })
}
