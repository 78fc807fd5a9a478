import type { InvalidMember } from '../base/index.ts'
import { isStorable } from '../base/index.ts'
import { identityFailures } from './failures.ts'
import type { Checked, Profile } from './user.ts'
import { checkEmail, checkUsername } from './user.ts'

/** The rules for a new password; `context` are texts that others may know of the person. */
export type PasswordRules = {
  readonly check: (password: string, context: readonly string[]) => Promise<Checked<string>>
}

export type AccountInput = {
  readonly username: string
  readonly email?: string
  readonly password?: string
  readonly profile?: Profile
}

/** An account whose members are in the form that is stored. */
export type CheckedAccount = {
  readonly username: string
  readonly email: string | undefined
  readonly password: string | undefined
  readonly profile: Profile
}

const unstorable = 'This has characters that cannot be stored.'

/** Checks every member and tells all that is wrong at once. */
export async function checkAccount(
  passwords: PasswordRules,
  input: AccountInput,
): Promise<CheckedAccount> {
  const { profile = {} } = input
  const username = checkUsername(input.username)
  const email = input.email === undefined ? undefined : checkEmail(input.email)
  const context = contextOf(input)
  const password =
    input.password === undefined ? undefined : await passwords.check(input.password, context)
  const members = [
    ...problem('/username', username),
    ...problem('/email', email),
    ...problem('/password', password),
    ...profileProblems(profile),
  ]
  if (members.length > 0 || !username.ok) throw identityFailures.invalid_user({ members })
  return {
    username: username.value,
    email: accepted(email),
    password: accepted(password),
    profile,
  }
}

/** What everyone may know of a person and a password must therefore not be made of. */
export function contextOf(account: {
  readonly username: string
  readonly email?: string | null | undefined
  readonly profile?: Profile | undefined
}): string[] {
  const { username, email, profile = {} } = account
  return [username, email, profile.name, profile.given_name, profile.family_name].filter(
    (text): text is string => typeof text === 'string' && text !== '',
  )
}

/** Members of a profile that PostgreSQL has no room for. */
export function profileProblems(profile: Profile): InvalidMember[] {
  return Object.entries(profile)
    .filter(([, value]) => !isStorable(value))
    .map(([name]) => ({ pointer: `/profile/${name}`, words: unstorable }))
}

function problem(pointer: string, checked: Checked<string> | undefined): InvalidMember[] {
  return checked === undefined || checked.ok ? [] : [{ pointer, words: checked.words }]
}

function accepted(checked: Checked<string> | undefined): string | undefined {
  return checked?.ok === true ? checked.value : undefined
}
