import type { Origin } from '../audit/index.ts'
import { appendAudit } from '../audit/index.ts'
import type { Clock, InvalidMember, Random, UserId } from '../base/index.ts'
import { isStorable, newId } from '../base/index.ts'
import type { Db, Queries } from '../db/index.ts'
import { isUniqueViolation } from '../db/index.ts'
import { identityFailures } from './failures.ts'
import { withoutHash } from './find-user.ts'
import type { PasswordHasher } from './password/hasher.ts'
import { checkNewPassword } from './password/policy.ts'
import type { UserRow } from './store.ts'
import { insertUser } from './store.ts'
import type { Checked, Profile, User } from './user.ts'
import { checkEmail, checkUsername } from './user.ts'

type Needs = {
  readonly clock: Clock
  readonly random: Random
  readonly hasher: PasswordHasher
  /** Code points of a new password; 8 unless told otherwise, and never fewer. */
  readonly passwordMinLength?: number
}

export type By = { readonly actor: string; readonly origin?: Origin }

export type NewUserInput = {
  readonly username: string
  readonly email?: string
  readonly emailVerified?: boolean
  readonly password?: string
  readonly profile?: Profile
}

/** A user that is checked and hashed, ready for a transaction. Opaque to other modules. */
export type PreparedUser = { readonly row: UserRow }

/** Creates a user in a transaction of its own. */
export async function createUser(
  needs: Needs & { readonly db: Db },
  input: NewUserInput,
  by: By,
): Promise<User> {
  const prepared = await prepareUser(needs, input)
  return needs.db.transaction((tx) => addUser(needs, tx, { prepared, by }))
}

/** The slow half, before any transaction: checks every member and hashes the password. */
export async function prepareUser(needs: Needs, input: NewUserInput): Promise<PreparedUser> {
  const { username, email, password } = checkInput(input, needs.passwordMinLength ?? 0)
  const passwordHash = password === undefined ? null : await needs.hasher.hash(password)
  const now = needs.clock.now()
  const row: UserRow = {
    id: newId<UserId>(needs.clock, needs.random),
    username,
    email: email ?? null,
    emailVerified: email !== undefined && (input.emailVerified ?? false),
    passwordHash,
    isActive: true,
    profile: input.profile ?? {},
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  return { row }
}

type Addition = { readonly prepared: PreparedUser; readonly by: By }

/** The quick half, in the caller's transaction, which a name already taken ends. */
export async function addUser(
  needs: Pick<Needs, 'clock' | 'random'>,
  tx: Queries,
  { prepared: { row }, by: { actor, origin } }: Addition,
): Promise<User> {
  try {
    await insertUser(tx, row)
  } catch (error) {
    throw takenFailure(error) ?? error
  }
  const entry = { actor, action: 'user.create', resource: `user:${row.id}` }
  await appendAudit(needs, tx, { ...entry, outcome: 'success', ...(origin && { origin }) })
  return withoutHash(row)
}

function takenFailure(error: unknown) {
  if (isUniqueViolation(error, 'users_username_key_unique')) {
    const members = [{ pointer: '/username', words: 'This username is already taken.' }]
    return identityFailures.username_taken({ members, cause: error })
  }
  if (isUniqueViolation(error, 'users_email_key_unique')) {
    const members = [{ pointer: '/email', words: 'This email address is already taken.' }]
    return identityFailures.email_taken({ members, cause: error })
  }
  return undefined
}

const unstorable = 'This has characters that cannot be stored.'

function checkInput(input: NewUserInput, minLength: number) {
  const members: InvalidMember[] = []
  const take = <T>(pointer: string, checked: Checked<T> | undefined): T | undefined => {
    if (checked?.ok) return checked.value
    if (checked) members.push({ pointer, words: checked.words })
    return undefined
  }
  const { password } = input
  const username = take('/username', checkUsername(input.username))
  const email = take('/email', input.email === undefined ? undefined : checkEmail(input.email))
  const context = [input.username, ...(input.email === undefined ? [] : [input.email])]
  const rules = { minLength, context }
  const chosen = password === undefined ? undefined : checkNewPassword(password, rules)
  const accepted = take('/password', chosen)
  for (const [name, value] of Object.entries(input.profile ?? {})) {
    if (!isStorable(value)) members.push({ pointer: `/profile/${name}`, words: unstorable })
  }
  if (members.length > 0 || username === undefined) throw identityFailures.invalid_user({ members })
  return { username, email, password: accepted }
}
