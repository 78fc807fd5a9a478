import type { Queries, Statement } from '../../../db/index.ts'
import { sql } from '../../../db/index.ts'
import type { Assignment, Holder } from '../assignment.ts'
import type { Scope } from '../scope.ts'
import type { AssignmentRow } from '../store.ts'
import { toAssignment } from '../store.ts'

export type AssignmentFilter = {
  readonly holder: Holder | undefined
  readonly roleId: string | undefined
  /** Exactly this thing or beginning of ids. */
  readonly scope: Scope | undefined
  readonly after: string | undefined
  readonly limit: number
}

/** Before the first id there is. */
const beginning = '00000000-0000-0000-0000-000000000000'

/** Assignments by id, which is by age. */
export async function selectAssignments(
  queries: Queries,
  filter: AssignmentFilter,
): Promise<Assignment[]> {
  const rows = await queries.many<AssignmentRow>(statementFor(filter))
  return rows.map(toAssignment)
}

/** Each begins with the index that narrows most; what else is asked for is looked at row by row. */
function statementFor(filter: AssignmentFilter): Statement {
  const { holder, scope } = filter
  if (holder?.type === 'user') return byUser(filter, holder.id)
  if (holder?.type === 'client') return byClient(filter, holder.id)
  if (holder?.type === 'group') return byGroup(filter, holder.id)
  return scope === undefined ? byRole(filter) : byScope(filter, scope)
}

function rest({ roleId, scope, after }: AssignmentFilter) {
  return {
    role: roleId ?? null,
    type: scope?.type ?? null,
    resource: scope?.id ?? null,
    after: after ?? beginning,
  }
}

function byUser(filter: AssignmentFilter, userId: string): Statement {
  const { role, type, resource, after } = rest(filter)
  return sql`
    SELECT a.id, a.role_id, r.name AS role_name, a.user_id, a.client_id, a.group_id, a.resource_type,
      a.resource_id, a.starts_at, a.ends_at, a.created_by, a.created_at
    FROM role_assignments a JOIN roles r ON r.id = a.role_id
    WHERE a.user_id = ${userId} AND a.id > ${after} AND (${role}::uuid IS NULL OR a.role_id = ${role}::uuid)
      AND (${type}::text IS NULL OR (a.resource_type = ${type}::text AND a.resource_id = ${resource}::text))
    ORDER BY a.id LIMIT ${filter.limit}`
}

function byClient(filter: AssignmentFilter, clientId: string): Statement {
  const { role, type, resource, after } = rest(filter)
  return sql`
    SELECT a.id, a.role_id, r.name AS role_name, a.user_id, a.client_id, a.group_id, a.resource_type,
      a.resource_id, a.starts_at, a.ends_at, a.created_by, a.created_at
    FROM role_assignments a JOIN roles r ON r.id = a.role_id
    WHERE a.client_id = ${clientId} AND a.id > ${after} AND (${role}::uuid IS NULL OR a.role_id = ${role}::uuid)
      AND (${type}::text IS NULL OR (a.resource_type = ${type}::text AND a.resource_id = ${resource}::text))
    ORDER BY a.id LIMIT ${filter.limit}`
}

function byGroup(filter: AssignmentFilter, groupId: string): Statement {
  const { role, type, resource, after } = rest(filter)
  return sql`
    SELECT a.id, a.role_id, r.name AS role_name, a.user_id, a.client_id, a.group_id, a.resource_type,
      a.resource_id, a.starts_at, a.ends_at, a.created_by, a.created_at
    FROM role_assignments a JOIN roles r ON r.id = a.role_id
    WHERE a.group_id = ${groupId} AND a.id > ${after} AND (${role}::uuid IS NULL OR a.role_id = ${role}::uuid)
      AND (${type}::text IS NULL OR (a.resource_type = ${type}::text AND a.resource_id = ${resource}::text))
    ORDER BY a.id LIMIT ${filter.limit}`
}

function byScope(filter: AssignmentFilter, scope: Scope): Statement {
  const { role, after } = rest(filter)
  return sql`
    SELECT a.id, a.role_id, r.name AS role_name, a.user_id, a.client_id, a.group_id, a.resource_type,
      a.resource_id, a.starts_at, a.ends_at, a.created_by, a.created_at
    FROM role_assignments a JOIN roles r ON r.id = a.role_id
    WHERE a.resource_type = ${scope.type} AND a.resource_id = ${scope.id} AND a.id > ${after}
      AND (${role}::uuid IS NULL OR a.role_id = ${role}::uuid)
    ORDER BY a.id LIMIT ${filter.limit}`
}

function byRole(filter: AssignmentFilter): Statement {
  const { after } = rest(filter)
  if (filter.roleId === undefined) {
    return sql`
      SELECT a.id, a.role_id, r.name AS role_name, a.user_id, a.client_id, a.group_id, a.resource_type,
        a.resource_id, a.starts_at, a.ends_at, a.created_by, a.created_at
      FROM role_assignments a JOIN roles r ON r.id = a.role_id
      WHERE a.id > ${after} ORDER BY a.id LIMIT ${filter.limit}`
  }
  return sql`
    SELECT a.id, a.role_id, r.name AS role_name, a.user_id, a.client_id, a.group_id, a.resource_type,
      a.resource_id, a.starts_at, a.ends_at, a.created_by, a.created_at
    FROM role_assignments a JOIN roles r ON r.id = a.role_id
    WHERE a.role_id = ${filter.roleId} AND a.id > ${after} ORDER BY a.id LIMIT ${filter.limit}`
}
