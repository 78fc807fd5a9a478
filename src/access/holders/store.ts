import type { UserId } from '../../base/index.ts'
import type { Queries } from '../../db/index.ts'
import { sql } from '../../db/index.ts'

export type RoleKey = { readonly id: string; readonly name: string }

export function selectRoleKeys(queries: Queries): Promise<RoleKey[]> {
  return queries.many<RoleKey>(sql`SELECT id, name FROM roles`)
}

/** Users who have one of the roles for everything and now, directly or by a group; some of them if many. */
export async function selectUsersWithRoles(
  queries: Queries,
  roleIds: readonly string[],
  { now, most }: { readonly now: Date; readonly most: number },
): Promise<UserId[]> {
  const rows = await queries.many<{ userId: UserId }>(sql`
    SELECT DISTINCT coalesce(a.user_id, m.user_id) AS user_id
    FROM role_assignments a LEFT JOIN group_members m ON m.group_id = a.group_id
    WHERE a.role_id = ANY(${[...roleIds]}::uuid[]) AND a.resource_type IS NULL
      AND (a.starts_at IS NULL OR a.starts_at <= ${now}) AND (a.ends_at IS NULL OR a.ends_at > ${now})
      AND coalesce(a.user_id, m.user_id) IS NOT NULL
    ORDER BY user_id LIMIT ${most}`)
  return rows.map(({ userId }) => userId)
}

/** The roles that groups have or will have, for one thing or for everything. */
export function selectRolesOfGroups(
  queries: Queries,
  groupIds: readonly string[],
  now: Date,
): Promise<{ groupId: string; roleId: string }[]> {
  return queries.many(sql`
    SELECT group_id, role_id FROM role_assignments
    WHERE group_id = ANY(${[...groupIds]}::uuid[]) AND (ends_at IS NULL OR ends_at > ${now})`)
}
