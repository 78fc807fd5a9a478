import { codePoints, comparisonKey, isWellFormed } from '../../base/index.ts'
import type { Checked } from '../user.ts'

type Rules = {
  readonly minLength: number
  /** Texts that everyone knows of the account: its username and email address. */
  readonly context: readonly string[]
}

const leastMinimum = 8
const longestPassword = 1024

/** The form that is hashed: the same characters typed on any keyboard (NIST SP 800-63B-4 section 3.1.1.2). */
export function normalisePassword(password: string): string {
  return password.normalize('NFC')
}

/** Could this ever have been accepted as a password? What could not need not be compared. */
export function isPossiblePassword(password: string): boolean {
  return isWellFormed(password) && codePoints(password) <= longestPassword
}

/** Length and nothing about character classes; the value is the normalised password. */
export function checkNewPassword(password: string, { minLength, context }: Rules): Checked<string> {
  if (!isWellFormed(password)) return { ok: false, words: 'The password is not valid text.' }
  const value = normalisePassword(password)
  const least = Math.max(minLength, leastMinimum)
  const length = codePoints(value)
  if (length < least || length > longestPassword) {
    const words = `The password must have ${least} to ${longestPassword} characters.`
    return { ok: false, words }
  }
  const key = comparisonKey(value)
  if (context.some((text) => comparisonKey(text) === key)) {
    return { ok: false, words: 'The password must differ from the username and the email address.' }
  }
  return { ok: true, value }
}
