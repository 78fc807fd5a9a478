import type { Queries } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { Grant, Standing, SubjectKey } from '../decision/subject.ts'
import type { RoleNode } from '../model/compile.ts'
import type { Permission } from '../model/permission.ts'
import type { Changes } from './feed.ts'
import type { Change } from './known-changes.ts'

/** More changes than this at once are told as a change of everything. */
const mostChanges = 5000

type ChangeRow = {
  readonly snapshot: string
  readonly ceiling: string
  readonly xid: string | null
  readonly kind: Change['kind'] | null
  readonly subject: string | null
}

/**
 * The changes that can be seen now and could not be seen in the snapshot `since`: those of transactions
 * that have ended in between, whenever they began. Both snapshots are of one statement each, so nothing
 * is told twice and nothing is missed.
 */
export async function selectChanges(queries: Queries, since: string | null): Promise<Changes> {
  const rows = await queries.many<ChangeRow>(sql`
    SELECT n.snapshot::text, pg_snapshot_xmax(n.snapshot)::text AS ceiling, c.xid::text AS xid, c.kind, c.subject
    FROM (SELECT pg_current_snapshot() AS snapshot) n LEFT JOIN (
      SELECT xid, kind, subject FROM access_changes
      WHERE xid >= pg_snapshot_xmin(${since}::pg_snapshot)
        AND NOT pg_visible_in_snapshot(xid, ${since}::pg_snapshot)
      LIMIT ${mostChanges + 1}
    ) c ON true`)
  const [first] = rows
  const changes = rows.flatMap(({ kind, subject, xid }) =>
    kind === null ? [] : [{ kind, subject: subject ?? '', xid: Number(xid) }],
  )
  return {
    snapshot: first?.snapshot ?? '',
    ceiling: Number(first?.ceiling),
    changes,
    tooMany: changes.length > mostChanges,
  }
}

export async function selectModel(queries: Queries): Promise<RoleNode[]> {
  const rows = await queries.many<{
    id: string
    name: string
    parents: string[]
    permissions: [resource: string, action: string, onlyOwn: boolean][]
  }>(sql`
    SELECT r.id, r.name,
      coalesce(q.parents, '{}') AS parents, coalesce(p.permissions, '[]') AS permissions
    FROM roles r
    LEFT JOIN (SELECT role_id, array_agg(parent_id::text) AS parents FROM role_parents GROUP BY role_id) q
      ON q.role_id = r.id
    LEFT JOIN (
      SELECT rp.role_id, jsonb_agg(jsonb_build_array(p.resource, p.action, rp.only_own)) AS permissions
      FROM role_permissions rp JOIN permissions p ON p.id = rp.permission_id GROUP BY rp.role_id
    ) p ON p.role_id = r.id`)
  return rows.map(({ id, name, parents, permissions }) => ({
    id,
    name,
    parents,
    permissions: permissions.map(
      ([resource, action, onlyOwn]): Permission => ({ resource, action, onlyOwn }),
    ),
  }))
}

type StandingRow = {
  readonly horizon: string
  readonly active: boolean
  readonly email: string | null
  readonly groups: string[]
  readonly grants: [
    id: string,
    roleId: string,
    groupId: string | null,
    groupName: string | null,
    type: string | null,
    resource: string | null,
    from: number | null,
    until: number | null,
  ][]
}

/** All that decisions about somebody need, in one statement; undefined for nobody. */
export async function selectStanding(
  queries: Queries,
  key: SubjectKey,
): Promise<{ horizon: number; standing: Standing } | undefined> {
  const row = await (key.type === 'user'
    ? selectUser(queries, key.id)
    : selectClient(queries, key.id))
  if (row === undefined) return undefined
  const { horizon, active, email, groups } = row
  const names = email === null ? [key.id] : [key.id, email]
  const standing = { key, active, names, groups, grants: row.grants.map(toGrant) }
  return { horizon: Number(horizon), standing }
}

function toGrant(row: StandingRow['grants'][number]): Grant {
  const [assignmentId, roleId, groupId, groupName, type, resource, from, until] = row
  return {
    assignmentId,
    roleId,
    group: groupId === null ? null : { id: groupId, name: groupName ?? '' },
    scope: type === null || resource === null ? null : { type, id: resource },
    from,
    until,
  }
}

function selectUser(queries: Queries, id: string): Promise<StandingRow | undefined> {
  return queries.maybe<StandingRow>(sql`
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon, u.is_active AS active,
      CASE WHEN u.email_verified THEN u.email_key END AS email,
      coalesce(m.groups, '{}') AS groups, coalesce(a.grants, '[]') AS grants
    FROM users u
    LEFT JOIN LATERAL (SELECT array_agg(group_id::text) AS groups FROM group_members WHERE user_id = u.id) m
      ON true
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_array(x.id, x.role_id, x.group_id, g.name, x.resource_type, x.resource_id,
        floor(extract(epoch FROM x.starts_at) * 1000), floor(extract(epoch FROM x.ends_at) * 1000))
        ORDER BY x.id) AS grants
      FROM (
        SELECT * FROM role_assignments WHERE user_id = u.id
        UNION ALL
        SELECT ra.* FROM group_members gm JOIN role_assignments ra ON ra.group_id = gm.group_id
        WHERE gm.user_id = u.id
      ) x LEFT JOIN groups g ON g.id = x.group_id
    ) a ON true
    WHERE u.id = ${id}`)
}

function selectClient(queries: Queries, clientId: string): Promise<StandingRow | undefined> {
  return queries.maybe<StandingRow>(sql`
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon, c.is_active AS active,
      NULL AS email, '{}'::text[] AS groups, coalesce(a.grants, '[]') AS grants
    FROM clients c
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_array(x.id, x.role_id, NULL, NULL, x.resource_type, x.resource_id,
        floor(extract(epoch FROM x.starts_at) * 1000), floor(extract(epoch FROM x.ends_at) * 1000))
        ORDER BY x.id) AS grants
      FROM role_assignments x WHERE x.client_id = c.client_id
    ) a ON true
    WHERE c.client_id = ${clientId}`)
}

/** Deletes up to `limit` changes of before a moment. */
export function sweepAccessChanges(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM access_changes WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM access_changes WHERE changed_at < ${before}
      ORDER BY changed_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
