import type { UserId } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { UserRow } from '../store.ts'
import type { RawRecord } from './sources/source.ts'
import { present } from './sources/source.ts'
import { selectUsersAfter } from './store.ts'

type Needs = {
  readonly db: Db
  readonly rolesOf: (userId: UserId) => Promise<readonly string[]>
}

const page = 1000

/**
 * Every user under the names that the import knows, in the order of their ids. Hashes of passwords only
 * when asked for: whoever has them can guess at them for years.
 */
export async function* exportUsers(
  { db, rolesOf }: Needs,
  { withPasswordHashes }: { readonly withPasswordHashes: boolean },
): AsyncGenerator<RawRecord> {
  for (let after: UserId | null = null; ; ) {
    const rows: UserRow[] = await selectUsersAfter(db, after, page)
    const roles = await Promise.all(rows.map(({ id }) => rolesOf(id)))
    for (const [i, row] of rows.entries()) {
      yield toRecord(row, roles[i] ?? [], withPasswordHashes)
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < page) return
    after = last.id
  }
}

function toRecord(row: UserRow, roles: readonly string[], withHash: boolean): RawRecord {
  const iso = (at: Date | null) => at?.toISOString()
  return present({
    id: row.id,
    username: row.username,
    email: row.email,
    email_verified: row.email === null ? undefined : row.emailVerified,
    password_hash: withHash ? row.passwordHash : undefined,
    password_changed_at: withHash ? iso(row.passwordChangedAt) : undefined,
    is_active: row.isActive,
    deactivated_by: row.deactivatedBy,
    delete_after: iso(row.deleteAfter),
    roles: roles.length === 0 ? undefined : roles,
    terms_version: row.termsVersion,
    terms_accepted_at: iso(row.termsAcceptedAt),
    created_at: iso(row.createdAt),
    updated_at: iso(row.updatedAt),
    profile: Object.keys(row.profile).length === 0 ? undefined : row.profile,
  })
}
