import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { RoleNode } from './compile.ts'
import type { Permission } from './permission.ts'
import type { Role } from './role.ts'

/** Of changes of what roles are, one happens at a time, and none while somebody gives a role away. */
export async function lockModel(tx: Tx): Promise<void> {
  await tx.many(sql`SELECT pg_advisory_xact_lock(hashtextextended('cardea.access', 0))`)
}

/** Nobody changes what roles are until this transaction ends. */
export async function holdModel(tx: Tx): Promise<void> {
  await tx.many(sql`SELECT pg_advisory_xact_lock_shared(hashtextextended('cardea.access', 0))`)
}

type PermissionCells = [resource: string, action: string, onlyOwn: boolean]

const toPermission = ([resource, action, onlyOwn]: PermissionCells): Permission => ({
  resource,
  action,
  onlyOwn,
})

type RoleRow = Omit<Role, 'permissions'> & { readonly permissions: PermissionCells[] }

export async function selectRole(queries: Queries, id: string): Promise<Role | undefined> {
  const row = await queries.maybe<RoleRow>(sql`
    SELECT r.id, r.name, r.description, r.built_in, r.version, r.created_at, r.updated_at,
      coalesce((SELECT array_agg(p.name ORDER BY p.name) FROM role_parents rp JOIN roles p ON p.id = rp.parent_id
        WHERE rp.role_id = r.id), '{}') AS parents,
      coalesce((SELECT jsonb_agg(jsonb_build_array(p.resource, p.action, rp.only_own)
          ORDER BY p.resource, p.action)
        FROM role_permissions rp JOIN permissions p ON p.id = rp.permission_id
        WHERE rp.role_id = r.id), '[]') AS permissions
    FROM roles r WHERE r.id = ${id}`)
  return row && { ...row, permissions: row.permissions.map(toPermission) }
}

/** A role without its permissions, of which there may be many. */
export type RoleHead = Omit<Role, 'permissions'> & { readonly permissionCount: number }

export type RoleFilter = {
  readonly name: string | null
  readonly prefix: string
  readonly after: string | null
  readonly limit: number
}

/** By name. */
export function selectRoles(
  queries: Queries,
  { name, prefix, after, limit }: RoleFilter,
): Promise<RoleHead[]> {
  return queries.many<RoleHead>(sql`
    SELECT r.id, r.name, r.description, r.built_in, r.version, r.created_at, r.updated_at,
      coalesce((SELECT array_agg(p.name ORDER BY p.name) FROM role_parents rp JOIN roles p ON p.id = rp.parent_id
        WHERE rp.role_id = r.id), '{}') AS parents,
      (SELECT count(*)::integer FROM role_permissions rp WHERE rp.role_id = r.id) AS permission_count
    FROM roles r
    WHERE r.name > coalesce(${after}::text, '') AND starts_with(r.name, ${prefix})
      AND (${name}::text IS NULL OR r.name = ${name}::text)
    ORDER BY r.name LIMIT ${limit}`)
}

export function selectRoleIds(
  queries: Queries,
  names: readonly string[],
): Promise<{ id: string; name: string; builtIn: boolean }[]> {
  return queries.many<{ id: string; name: string; builtIn: boolean }>(sql`
    SELECT id, name, built_in FROM roles WHERE name = ANY(${names}::text[])`)
}

/** Roles and all their ancestors, as the rules see them. */
export async function selectAncestry(
  queries: Queries,
  roleIds: readonly string[],
): Promise<RoleNode[]> {
  const rows = await queries.many<{
    id: string
    name: string
    parents: string[]
    permissions: PermissionCells[]
  }>(sql`
    WITH RECURSIVE line (id) AS (
      SELECT unnest(${roleIds}::uuid[])
      UNION SELECT rp.parent_id FROM line JOIN role_parents rp ON rp.role_id = line.id
    )
    SELECT r.id, r.name,
      coalesce((SELECT array_agg(rp.parent_id::text) FROM role_parents rp WHERE rp.role_id = r.id), '{}') AS parents,
      coalesce((SELECT jsonb_agg(jsonb_build_array(p.resource, p.action, rp.only_own))
        FROM role_permissions rp JOIN permissions p ON p.id = rp.permission_id
        WHERE rp.role_id = r.id), '[]') AS permissions
    FROM line JOIN roles r ON r.id = line.id`)
  return rows.map((row) => ({ ...row, permissions: row.permissions.map(toPermission) }))
}

/** Every line between a role and a parent. */
export async function selectFamily(queries: Queries): Promise<Map<string, string[]>> {
  const rows = await queries.many<{ roleId: string; parents: string[] }>(sql`
    SELECT role_id, array_agg(parent_id::text) AS parents FROM role_parents GROUP BY role_id`)
  return new Map(rows.map(({ roleId, parents }) => [roleId, parents]))
}

export type RoleHeadRow = Pick<
  Role,
  'id' | 'name' | 'description' | 'version' | 'createdAt' | 'updatedAt'
>

export async function insertRole(tx: Tx, role: RoleHeadRow): Promise<void> {
  await tx.run(sql`
    INSERT INTO roles (id, name, description, version, created_at, updated_at)
    VALUES (${role.id}, ${role.name}, ${role.description}, ${role.version}, ${role.createdAt}, ${role.updatedAt})`)
}

export async function updateRole(tx: Tx, role: RoleHeadRow): Promise<void> {
  await tx.run(sql`
    UPDATE roles SET name = ${role.name}, description = ${role.description}, version = ${role.version},
      updated_at = ${role.updatedAt}
    WHERE id = ${role.id}`)
}

export async function deleteRole(tx: Tx, id: string): Promise<void> {
  await tx.run(sql`DELETE FROM roles WHERE id = ${id}`)
}

/** What a role is built on changes, and so the role does. */
export async function touchChildren(tx: Tx, parentId: string, at: Date): Promise<void> {
  await tx.run(sql`
    UPDATE roles SET version = version + 1, updated_at = ${at}
    WHERE id IN (SELECT role_id FROM role_parents WHERE parent_id = ${parentId})`)
}

export async function touchRolesWith(tx: Tx, permissionId: string, at: Date): Promise<void> {
  await tx.run(sql`
    UPDATE roles SET version = version + 1, updated_at = ${at}
    WHERE id IN (SELECT role_id FROM role_permissions WHERE permission_id = ${permissionId})`)
}

/** How many give the role to somebody, and how many roles have it as a parent. */
export async function countRoleUse(
  tx: Tx,
  id: string,
): Promise<{ assignments: number; children: number }> {
  const row = await tx.maybe<{ assignments: number; children: number }>(sql`
    SELECT (SELECT count(*)::integer FROM role_assignments WHERE role_id = ${id}) AS assignments,
      (SELECT count(*)::integer FROM role_parents WHERE parent_id = ${id}) AS children`)
  return row ?? { assignments: 0, children: 0 }
}

export async function replaceParents(
  tx: Tx,
  roleId: string,
  parents: readonly string[],
): Promise<void> {
  await tx.run(sql`
    DELETE FROM role_parents WHERE role_id = ${roleId} AND parent_id <> ALL (${parents}::uuid[])`)
  await tx.run(sql`
    INSERT INTO role_parents (role_id, parent_id) SELECT ${roleId}::uuid, unnest(${parents}::uuid[])
    ON CONFLICT DO NOTHING`)
}

/** Gives a role exactly these permissions, which are all registered. */
export async function replacePermissions(
  tx: Tx,
  roleId: string,
  permissions: readonly Permission[],
): Promise<void> {
  const wanted = JSON.stringify(permissions)
  await tx.run(sql`
    DELETE FROM role_permissions WHERE role_id = ${roleId} AND permission_id NOT IN (
      SELECT p.id FROM jsonb_to_recordset(${wanted}::jsonb) AS w (resource text, action text)
      JOIN permissions p ON p.resource = w.resource AND p.action = w.action)`)
  await tx.run(sql`
    INSERT INTO role_permissions (role_id, permission_id, only_own)
    SELECT ${roleId}::uuid, p.id, w."onlyOwn"
    FROM jsonb_to_recordset(${wanted}::jsonb) AS w (resource text, action text, "onlyOwn" boolean)
      JOIN permissions p ON p.resource = w.resource AND p.action = w.action
    ON CONFLICT (role_id, permission_id) DO UPDATE SET only_own = EXCLUDED.only_own
      WHERE role_permissions.only_own <> EXCLUDED.only_own`)
}

export type PermissionRow = {
  readonly id: string
  readonly resource: string
  readonly action: string
  readonly description: string
  readonly builtIn: boolean
  readonly createdAt: Date
}

/** Of these, the ones that are registered, whatever their condition. */
export function selectRegistered(
  queries: Queries,
  permissions: readonly Permission[],
): Promise<{ resource: string; action: string }[]> {
  return queries.many<{ resource: string; action: string }>(sql`
    SELECT p.resource, p.action
    FROM jsonb_to_recordset(${JSON.stringify(permissions)}::jsonb) AS w (resource text, action text)
      JOIN permissions p ON p.resource = w.resource AND p.action = w.action`)
}

export async function insertPermissions(
  tx: Tx,
  permissions: readonly Permission[],
  at: Date,
): Promise<void> {
  await tx.run(sql`
    INSERT INTO permissions (id, resource, action, created_at)
    SELECT gen_random_uuid(), w.resource, w.action, ${at}
    FROM jsonb_to_recordset(${JSON.stringify(permissions)}::jsonb) AS w (resource text, action text)
    ON CONFLICT (resource, action) DO NOTHING`)
}

/** False when there is one of that name. */
export async function insertPermission(tx: Tx, row: PermissionRow): Promise<boolean> {
  const added = await tx.run(sql`
    INSERT INTO permissions (id, resource, action, description, created_at)
    VALUES (${row.id}, ${row.resource}, ${row.action}, ${row.description}, ${row.createdAt})
    ON CONFLICT (resource, action) DO NOTHING`)
  return added > 0
}

export function selectPermission(queries: Queries, id: string): Promise<PermissionRow | undefined> {
  return queries.maybe<PermissionRow>(sql`
    SELECT id, resource, action, description, built_in, created_at FROM permissions WHERE id = ${id}`)
}

export type PermissionFilter = {
  readonly resource: string | null
  readonly after: readonly [resource: string, action: string] | null
  readonly limit: number
}

/** By resource and action. */
export function selectPermissions(
  queries: Queries,
  { resource, after, limit }: PermissionFilter,
): Promise<PermissionRow[]> {
  const [lastResource, lastAction] = after ?? ['', '']
  return queries.many<PermissionRow>(sql`
    SELECT id, resource, action, description, built_in, created_at FROM permissions
    WHERE (resource, action) > (${lastResource}, ${lastAction})
      AND (${resource}::text IS NULL OR resource = ${resource}::text)
    ORDER BY resource, action LIMIT ${limit}`)
}

export async function updatePermission(tx: Tx, id: string, description: string): Promise<void> {
  await tx.run(sql`UPDATE permissions SET description = ${description} WHERE id = ${id}`)
}

export async function deletePermission(tx: Tx, id: string): Promise<void> {
  await tx.run(sql`DELETE FROM permissions WHERE id = ${id}`)
}

/** The roles that have a permission themselves, with its condition. */
export function selectRolesWith(
  tx: Tx,
  permissionId: string,
): Promise<{ name: string; onlyOwn: boolean }[]> {
  return tx.many<{ name: string; onlyOwn: boolean }>(sql`
    SELECT r.name, rp.only_own FROM role_permissions rp JOIN roles r ON r.id = rp.role_id
    WHERE rp.permission_id = ${permissionId} ORDER BY r.name`)
}
