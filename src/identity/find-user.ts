import type { UserId } from '../base/index.ts'
import { codePoints, comparisonKey, hasControls, isUuid, isWellFormed } from '../base/index.ts'
import type { Queries } from '../db/index.ts'
import type { UserRow } from './store.ts'
import { selectUser, selectUserByEmail, selectUserByUsername } from './store.ts'
import type { User } from './user.ts'
import { longestEmail } from './user.ts'

export async function findUser(queries: Queries, id: UserId): Promise<User | undefined> {
  const row = isUuid(id) ? await selectUser(queries, id) : undefined
  return row && withoutHash(row)
}

/** By email address when there is an @ in it, otherwise by username. */
export async function findUserByIdentifier(
  queries: Queries,
  identifier: string,
): Promise<User | undefined> {
  const row = await findRow(queries, identifier)
  return row && withoutHash(row)
}

/** One read, or none for a text that cannot be an identifier. */
export async function findRow(queries: Queries, identifier: string): Promise<UserRow | undefined> {
  const possible = isWellFormed(identifier) && !hasControls(identifier)
  if (!possible || codePoints(identifier) > longestEmail) return undefined
  const key = comparisonKey(identifier)
  return key.includes('@') ? selectUserByEmail(queries, key) : selectUserByUsername(queries, key)
}

/** Member by member, so that a new column of the row does not leave by itself. */
export function withoutHash(row: UserRow): User {
  const { id, username, email, emailVerified, isActive, profile, version, createdAt, updatedAt } =
    row
  return { id, username, email, emailVerified, isActive, profile, version, createdAt, updatedAt }
}
