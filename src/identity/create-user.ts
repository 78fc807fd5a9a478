import type { Origin } from '../audit/index.ts'
import { appendAudit } from '../audit/index.ts'
import type { Clock, Random, UserId } from '../base/index.ts'
import { newId } from '../base/index.ts'
import type { Db, Queries } from '../db/index.ts'
import { isUniqueViolation } from '../db/index.ts'
import type { AccountInput, PasswordRules } from './account-input.ts'
import { checkAccount } from './account-input.ts'
import { identityFailures } from './failures.ts'
import { toUser } from './find-user.ts'
import type { PasswordHasher } from './password/hasher.ts'
import type { UserRow } from './store.ts'
import { insertUser } from './store.ts'
import type { Profile, User } from './user.ts'

type Needs = {
  readonly clock: Clock
  readonly random: Random
  readonly hasher: PasswordHasher
  readonly passwords: PasswordRules
}

export type By = { readonly actor: string; readonly origin?: Origin }

export type NewUserInput = AccountInput & {
  readonly emailVerified?: boolean
  readonly termsVersion?: string
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
  const { password, ...account } = await checkAccount(needs.passwords, input)
  const passwordHash = password === undefined ? null : await needs.hasher.hash(password)
  const { emailVerified = false, termsVersion = null } = input
  return { row: newRow(needs, { ...account, passwordHash, emailVerified, termsVersion }) }
}

export type NewAccount = {
  readonly username: string
  readonly email: string | undefined
  readonly emailVerified: boolean
  readonly passwordHash: string | null
  readonly profile: Profile
  readonly termsVersion: string | null
}

/** The row of an account that begins now. */
export function newRow(needs: Pick<Needs, 'clock' | 'random'>, account: NewAccount): UserRow {
  const { username, email, emailVerified, passwordHash, profile, termsVersion } = account
  const now = needs.clock.now()
  return {
    id: newId<UserId>(needs.clock, needs.random),
    username,
    email: email ?? null,
    emailVerified: email !== undefined && emailVerified,
    passwordHash,
    isActive: true,
    deactivatedBy: null,
    deleteAfter: null,
    passwordChangedAt: passwordHash === null ? null : now,
    termsVersion,
    termsAcceptedAt: termsVersion === null ? null : now,
    profile,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
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
  return toUser(row)
}

/** The failure behind a violated unique constraint of the table; undefined for any other error. */
export function takenFailure(error: unknown) {
  if (isUniqueViolation(error, 'users_username_key_unique')) return usernameTaken(error)
  if (isUniqueViolation(error, 'users_email_key_unique')) {
    const members = [{ pointer: '/email', words: 'This email address is already taken.' }]
    return identityFailures.email_taken({ members, cause: error })
  }
  return undefined
}

export function usernameTaken(cause?: unknown) {
  const members = [{ pointer: '/username', words: 'This username is already taken.' }]
  return identityFailures.username_taken({ members, cause })
}
