import type { UserId } from '../base/index.ts'
import type { Queries } from '../db/index.ts'
import { sql } from '../db/index.ts'
import { accessFailures } from './failures.ts'

/** True when the user did not have the role before. */
export async function assignRole(
  tx: Queries,
  userId: UserId,
  roleName: string,
  at: Date,
): Promise<boolean> {
  const role = await tx.maybe<{ id: string }>(sql`SELECT id FROM roles WHERE name = ${roleName}`)
  if (!role) throw accessFailures.unknown_role()
  const added = await tx.run(sql`
    INSERT INTO user_roles (user_id, role_id, created_at) VALUES (${userId}, ${role.id}, ${at})
    ON CONFLICT DO NOTHING`)
  return added > 0
}

export async function roleNames(queries: Queries): Promise<string[]> {
  const rows = await queries.many<{ name: string }>(sql`SELECT name FROM roles ORDER BY name`)
  return rows.map((row) => row.name)
}

export async function rolesOf(queries: Queries, userId: UserId): Promise<string[]> {
  const rows = await queries.many<{ name: string }>(sql`
    SELECT r.name FROM user_roles ur JOIN roles r ON r.id = ur.role_id
    WHERE ur.user_id = ${userId} ORDER BY r.name`)
  return rows.map((row) => row.name)
}

export async function countUsersWithRole(queries: Queries, roleName: string): Promise<number> {
  const row = await queries.maybe<{ count: number }>(sql`
    SELECT count(*)::integer AS count FROM user_roles ur JOIN roles r ON r.id = ur.role_id
    WHERE r.name = ${roleName}`)
  return row?.count ?? 0
}

/**
 * How many active users other than this one have a role. The lock on the role makes others who ask the
 * same wait, so that two owners who leave at once do not both see the other.
 */
export async function countOthersWithRole(
  tx: Queries,
  roleName: string,
  userId: UserId,
): Promise<{ has: boolean; others: number }> {
  await tx.maybe(sql`SELECT id FROM roles WHERE name = ${roleName} FOR UPDATE`)
  const row = await tx.maybe<{ has: boolean; others: number }>(sql`
    SELECT coalesce(bool_or(ur.user_id = ${userId}), false) AS has,
      (count(*) FILTER (WHERE ur.user_id <> ${userId} AND u.is_active))::integer AS others
    FROM user_roles ur JOIN roles r ON r.id = ur.role_id JOIN users u ON u.id = ur.user_id
    WHERE r.name = ${roleName}`)
  return row ?? { has: false, others: 0 }
}
