import type { UserId } from '../../base/index.ts'
import type { Queries } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import { accessFailures } from '../failures.ts'
import type { Assignment, Holder } from './assignment.ts'

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

export type AssignmentRow = {
  readonly id: string
  readonly roleId: string
  readonly roleName: string
  readonly userId: string | null
  readonly clientId: string | null
  readonly groupId: string | null
  readonly resourceType: string | null
  readonly resourceId: string | null
  readonly startsAt: Date | null
  readonly endsAt: Date | null
  readonly createdBy: string
  readonly createdAt: Date
}

export function toAssignment(row: AssignmentRow): Assignment {
  const { id, roleId, roleName, resourceType: type, resourceId, startsAt, endsAt } = row
  return {
    id,
    role: { id: roleId, name: roleName },
    holder: holderOf(row),
    scope: type === null || resourceId === null ? null : { type, id: resourceId },
    startsAt,
    endsAt,
    createdBy: row.createdBy,
    createdAt: row.createdAt,
  }
}

function holderOf({ userId, clientId, groupId }: AssignmentRow): Holder {
  if (userId !== null) return { type: 'user', id: userId }
  return clientId === null ? { type: 'group', id: groupId ?? '' } : { type: 'client', id: clientId }
}

function columnsOf({ type, id }: Holder) {
  return {
    userId: type === 'user' ? id : null,
    clientId: type === 'client' ? id : null,
    groupId: type === 'group' ? id : null,
  }
}

/** Whether there is such a holder, which stays until the transaction ends. */
export async function holderExists(tx: Queries, { type, id }: Holder): Promise<boolean> {
  const statements = {
    user: sql`SELECT 1 AS found FROM users WHERE id = ${id} FOR KEY SHARE`,
    client: sql`SELECT 1 AS found FROM clients WHERE client_id = ${id} FOR KEY SHARE`,
    group: sql`SELECT 1 AS found FROM groups WHERE id = ${id} FOR KEY SHARE`,
  }
  return (await tx.maybe(statements[type])) !== undefined
}

/** Adds an assignment, or finds the one that says the same; `added` tells which. */
export async function insertAssignment(
  tx: Queries,
  assignment: Assignment,
): Promise<{ assignment: Assignment; added: boolean }> {
  const { id, role, scope, startsAt, endsAt, createdBy, createdAt } = assignment
  const { userId, clientId, groupId } = columnsOf(assignment.holder)
  // The update that changes nothing locks and returns the row that is there; xmax is 0 in a new one.
  const row = await tx.maybe<{
    id: string
    createdBy: string
    createdAt: Date
    added: boolean
  }>(sql`
    INSERT INTO role_assignments (id, role_id, user_id, client_id, group_id, resource_type, resource_id,
      starts_at, ends_at, created_by, created_at)
    VALUES (${id}, ${role.id}, ${userId}, ${clientId}, ${groupId}, ${scope?.type ?? null}, ${scope?.id ?? null},
      ${startsAt}, ${endsAt}, ${createdBy}, ${createdAt})
    ON CONFLICT ON CONSTRAINT role_assignments_once
      DO UPDATE SET created_by = role_assignments.created_by
    RETURNING id, created_by, created_at, xmax = 0 AS added`)
  if (row === undefined) throw new Error('an assignment was neither added nor found')
  const { added, ...there } = row
  return { assignment: { ...assignment, ...there }, added }
}

export async function selectAssignment(
  queries: Queries,
  id: string,
): Promise<Assignment | undefined> {
  const row = await queries.maybe<AssignmentRow>(sql`
    SELECT a.id, a.role_id, r.name AS role_name, a.user_id, a.client_id, a.group_id, a.resource_type,
      a.resource_id, a.starts_at, a.ends_at, a.created_by, a.created_at
    FROM role_assignments a JOIN roles r ON r.id = a.role_id WHERE a.id = ${id}`)
  return row && toAssignment(row)
}

/** Holds the row until the transaction ends. */
export async function lockAssignment(tx: Queries, id: string): Promise<Assignment | undefined> {
  const row = await tx.maybe<AssignmentRow>(sql`
    SELECT a.id, a.role_id, r.name AS role_name, a.user_id, a.client_id, a.group_id, a.resource_type,
      a.resource_id, a.starts_at, a.ends_at, a.created_by, a.created_at
    FROM role_assignments a JOIN roles r ON r.id = a.role_id WHERE a.id = ${id} FOR UPDATE OF a`)
  return row && toAssignment(row)
}

export async function deleteAssignment(tx: Queries, id: string): Promise<void> {
  await tx.run(sql`DELETE FROM role_assignments WHERE id = ${id}`)
}

/** Deletes up to `limit` that ended before a moment; the audit log knows of them for longer. */
export function sweepAssignments(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM role_assignments WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM role_assignments WHERE ends_at < ${before}
      ORDER BY ends_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
