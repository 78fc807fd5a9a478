import type { UserId } from '../base/index.ts'
import { codePoints, comparisonKey, hasControls, isUuid, isWellFormed } from '../base/index.ts'
import type { Queries } from '../db/index.ts'
import type { UserRecord, UserRow } from './store.ts'
import { selectUser, selectUserByEmail, selectUserByUsername } from './store.ts'
import type { Lifecycle, User } from './user.ts'
import { longestEmail } from './user.ts'

export async function findUser(queries: Queries, id: UserId): Promise<User | undefined> {
  const row = isUuid(id) ? await selectUser(queries, id) : undefined
  return row && toUser(row)
}

/** By email address when there is an @ in it, otherwise by username. */
export async function findUserByIdentifier(
  queries: Queries,
  identifier: string,
): Promise<User | undefined> {
  const row = await findRow(queries, identifier)
  return row && toUser(row)
}

/** One read, or none for a text that cannot be an identifier. */
export async function findRow(queries: Queries, identifier: string): Promise<UserRow | undefined> {
  const possible = isWellFormed(identifier) && !hasControls(identifier)
  if (!possible || codePoints(identifier) > longestEmail) return undefined
  const key = comparisonKey(identifier)
  return key.includes('@') ? selectUserByEmail(queries, key) : selectUserByUsername(queries, key)
}

/** Member by member, so that a new column of the row does not leave by itself. */
export function toUser(row: UserRecord): User {
  const { id, username, email, emailVerified, isActive, profile, version } = row
  const { passwordChangedAt, createdAt, updatedAt, termsVersion, termsAcceptedAt } = row
  const terms =
    termsVersion !== null && termsAcceptedAt !== null
      ? { version: termsVersion, at: termsAcceptedAt }
      : null
  const account = { id, username, email, emailVerified, isActive, profile, version, terms }
  return { ...account, lifecycle: lifecycleOf(row), passwordChangedAt, createdAt, updatedAt }
}

function lifecycleOf({ isActive, deactivatedBy, deleteAfter }: UserRecord): Lifecycle {
  if (isActive) return { state: 'active' }
  const by = deactivatedBy ?? 'administrator'
  return deleteAfter === null
    ? { state: 'deactivated', by }
    : { state: 'deleting', by, after: deleteAfter }
}
