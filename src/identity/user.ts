import type { UserId } from '../base/index.ts'
import { codePoints, isWellFormed } from '../base/index.ts'
import type { Profile } from './schemas.ts'

export type { Profile } from './schemas.ts'

export type User = {
  readonly id: UserId
  readonly username: string
  readonly email: string | null
  readonly emailVerified: boolean
  readonly isActive: boolean
  readonly lifecycle: Lifecycle
  readonly profile: Profile
  readonly version: number
  readonly passwordChangedAt: Date | null
  readonly terms: AcceptedTerms | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Where an account is in its life. Only an active one can sign in. */
export type Lifecycle =
  | { readonly state: 'active' }
  | { readonly state: 'deactivated'; readonly by: Deactivator }
  | { readonly state: 'deleting'; readonly by: Deactivator; readonly after: Date }

export type Deactivator = 'user' | 'administrator'

export type AcceptedTerms = { readonly version: string; readonly at: Date }

/** A value in the form that is stored, or constant words about what is wrong with it. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly words: string }

const longestUsername = 64
export const longestEmail = 254 // RFC 5321 section 4.5.3.1.3, without the angle brackets

// Invisible characters would let two names that differ look the same.
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
// Alphabets with letters that look alike: a name keeps to one of them (Unicode Technical Standard 39).
const lookAlikes = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
]
const emailPattern = /^[^\s@<>()[\],;:\\"]{1,64}@[^\s@<>()[\],;:\\"]+$/u

/** The value is the NFKC form: what a person sees is what is stored. */
export function checkUsername(raw: string): Checked<string> {
  if (!isWellFormed(raw)) return wrong('The username is not valid text.')
  const value = raw.normalize('NFKC')
  const length = codePoints(value)
  if (length < 1 || length > longestUsername) {
    return wrong(`The username must have 1 to ${longestUsername} characters.`)
  }
  if (value.includes('@')) return wrong('The username must not contain @.')
  if (invisible.test(value)) return wrong('The username must not contain invisible characters.')
  if (value.trim() !== value) return wrong('The username must not begin or end with a space.')
  if (lookAlikes.filter((script) => script.test(value)).length > 1) {
    return wrong('The username must not mix alphabets that look alike.')
  }
  return { ok: true, value }
}

/** Pragmatic: something, one @, something. Only a message that arrives proves an address. */
export function checkEmail(raw: string): Checked<string> {
  if (!isWellFormed(raw)) return wrong('The email address is not valid text.')
  const value = raw.normalize('NFC')
  // The comparison form is NFKC, which may be longer and turns look-alikes of @ into @.
  const forms = [value, value.normalize('NFKC')]
  if (forms.some((form) => Buffer.byteLength(form) > longestEmail)) {
    return wrong(`The email address must have at most ${longestEmail} bytes.`)
  }
  return forms.every(looksLikeEmail)
    ? { ok: true, value }
    : wrong('The email address does not look like name@example.org.')
}

function looksLikeEmail(value: string): boolean {
  if (!emailPattern.test(value) || invisible.test(value)) return false
  const labels = value.slice(value.indexOf('@') + 1).split('.')
  return labels.every((label) => label.length > 0)
}

function wrong(words: string): Checked<never> {
  return { ok: false, words }
}
