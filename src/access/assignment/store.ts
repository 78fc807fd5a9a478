import type { UserId } from '../../base/index.ts'
import type { Queries } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import { accessFailures } from '../failures.ts'

/** Gives somebody a role for everything and for ever. True when the user did not have it so before. */
export async function assignRole(
  tx: Queries,
  userId: UserId,
  roleName: string,
  at: Date,
): Promise<boolean> {
  const role = await tx.maybe<{ id: string }>(sql`SELECT id FROM roles WHERE name = ${roleName}`)
  if (!role) throw accessFailures.unknown_role()
  const added = await tx.run(sql`
    INSERT INTO role_assignments (user_id, role_id, created_at) VALUES (${userId}, ${role.id}, ${at})
    ON CONFLICT DO NOTHING`)
  return added > 0
}

export async function roleNames(queries: Queries): Promise<string[]> {
  const rows = await queries.many<{ name: string }>(sql`SELECT name FROM roles ORDER BY name`)
  return rows.map((row) => row.name)
}

/** The roles that a user has now for everything, directly or by a group; not those of single things. */
export async function rolesOf(queries: Queries, userId: UserId, now: Date): Promise<string[]> {
  const rows = await queries.many<{ name: string }>(sql`
    SELECT DISTINCT r.name FROM (
      SELECT role_id, resource_type, starts_at, ends_at FROM role_assignments WHERE user_id = ${userId}
      UNION ALL
      SELECT a.role_id, a.resource_type, a.starts_at, a.ends_at
      FROM group_members m JOIN role_assignments a ON a.group_id = m.group_id WHERE m.user_id = ${userId}
    ) a JOIN roles r ON r.id = a.role_id
    WHERE a.resource_type IS NULL AND (a.starts_at IS NULL OR a.starts_at <= ${now})
      AND (a.ends_at IS NULL OR a.ends_at > ${now})
    ORDER BY r.name`)
  return rows.map((row) => row.name)
}

/** How many users have a role for everything and for ever, given to themselves. */
export async function countUsersWithRole(queries: Queries, roleName: string): Promise<number> {
  const row = await queries.maybe<{ count: number }>(sql`
    SELECT count(DISTINCT a.user_id)::integer AS count
    FROM role_assignments a JOIN roles r ON r.id = a.role_id
    WHERE r.name = ${roleName} AND a.user_id IS NOT NULL AND a.resource_type IS NULL
      AND a.starts_at IS NULL AND a.ends_at IS NULL`)
  return row?.count ?? 0
}

/**
 * How many active users other than this one have a role for everything and for ever. The lock on the role
 * makes others who ask the same wait, so that two owners who leave at once do not both see the other.
 */
export async function countOthersWithRole(
  tx: Queries,
  roleName: string,
  userId: UserId,
): Promise<{ has: boolean; others: number }> {
  await tx.maybe(sql`SELECT id FROM roles WHERE name = ${roleName} FOR UPDATE`)
  const row = await tx.maybe<{ has: boolean; others: number }>(sql`
    SELECT coalesce(bool_or(a.user_id = ${userId}), false) AS has,
      (count(DISTINCT a.user_id) FILTER (WHERE a.user_id <> ${userId} AND u.is_active))::integer AS others
    FROM role_assignments a JOIN roles r ON r.id = a.role_id JOIN users u ON u.id = a.user_id
    WHERE r.name = ${roleName} AND a.resource_type IS NULL AND a.starts_at IS NULL AND a.ends_at IS NULL`)
  return row ?? { has: false, others: 0 }
}
