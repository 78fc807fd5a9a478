import type { UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { Group, Member } from './group.ts'

/** Before the first id there is. */
const beginning = '00000000-0000-0000-0000-000000000000'

export async function insertGroup(tx: Tx, group: Group): Promise<boolean> {
  const { id, name, description, version, createdAt, updatedAt } = group
  const added = await tx.run(sql`
    INSERT INTO groups (id, name, description, version, created_at, updated_at)
    VALUES (${id}, ${name}, ${description}, ${version}, ${createdAt}, ${updatedAt})
    ON CONFLICT (name) DO NOTHING`)
  return added > 0
}

export function selectGroup(queries: Queries, id: string): Promise<Group | undefined> {
  return queries.maybe<Group>(sql`
    SELECT id, name, description, version, created_at, updated_at FROM groups WHERE id = ${id}`)
}

export function selectGroupCalled(queries: Queries, name: string): Promise<Group | undefined> {
  return queries.maybe<Group>(sql`
    SELECT id, name, description, version, created_at, updated_at FROM groups WHERE name = ${name}`)
}

/** Holds the row until the transaction ends. */
export function lockGroup(tx: Tx, id: string): Promise<Group | undefined> {
  return tx.maybe<Group>(sql`
    SELECT id, name, description, version, created_at, updated_at FROM groups WHERE id = ${id} FOR UPDATE`)
}

/** The group does not go away until the transaction ends; who joins and leaves does not matter. */
export function holdGroup(tx: Tx, id: string): Promise<Group | undefined> {
  return tx.maybe<Group>(sql`
    SELECT id, name, description, version, created_at, updated_at FROM groups WHERE id = ${id} FOR KEY SHARE`)
}

export type GroupFilter = {
  readonly name: string | null
  readonly prefix: string
  readonly after: string | null
  readonly limit: number
}

/** By name. */
export function selectGroups(
  queries: Queries,
  { name, prefix, after, limit }: GroupFilter,
): Promise<Group[]> {
  return queries.many<Group>(sql`
    SELECT id, name, description, version, created_at, updated_at FROM groups
    WHERE name > coalesce(${after}::text, '') AND starts_with(name, ${prefix})
      AND (${name}::text IS NULL OR name = ${name}::text)
    ORDER BY name LIMIT ${limit}`)
}

/** The groups of a user, by id. */
export function selectGroupsOf(
  queries: Queries,
  userId: UserId,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<Group[]> {
  return queries.many<Group>(sql`
    SELECT g.id, g.name, g.description, g.version, g.created_at, g.updated_at
    FROM group_members m JOIN groups g ON g.id = m.group_id
    WHERE m.user_id = ${userId} AND m.group_id > ${after ?? beginning}
    ORDER BY m.group_id LIMIT ${limit}`)
}

export async function updateGroup(tx: Tx, group: Group): Promise<void> {
  await tx.run(sql`
    UPDATE groups SET name = ${group.name}, description = ${group.description}, version = ${group.version},
      updated_at = ${group.updatedAt}
    WHERE id = ${group.id}`)
}

/** The members go first, so that their memberships are told as ended. */
export async function deleteGroup(tx: Tx, id: string): Promise<{ members: number }> {
  const members = await tx.run(sql`DELETE FROM group_members WHERE group_id = ${id}`)
  await tx.run(sql`DELETE FROM groups WHERE id = ${id}`)
  return { members }
}

/** The roles that a group gives its members, at whatever time and for whatever thing. */
export function selectRolesOfGroup(
  queries: Queries,
  groupId: string,
): Promise<{ id: string; name: string }[]> {
  return queries.many<{ id: string; name: string }>(sql`
    SELECT DISTINCT r.id, r.name FROM role_assignments a JOIN roles r ON r.id = a.role_id
    WHERE a.group_id = ${groupId} ORDER BY r.name`)
}

/** By the id of the user. */
export function selectMembers(
  queries: Queries,
  groupId: string,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<Member[]> {
  return queries.many<Member>(sql`
    SELECT m.user_id, u.username, m.created_at AS since
    FROM group_members m JOIN users u ON u.id = m.user_id
    WHERE m.group_id = ${groupId} AND m.user_id > ${after ?? beginning}
    ORDER BY m.user_id LIMIT ${limit}`)
}

/** Of these users, the ones that there are; they stay until the transaction ends. */
export async function holdUsers(tx: Tx, userIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.many<{ id: string }>(sql`
    SELECT id FROM users WHERE id = ANY(${userIds}::uuid[]) ORDER BY id FOR KEY SHARE`)
  return new Set(rows.map(({ id }) => id))
}

/** Those who were no members before. */
export async function insertMembers(
  tx: Tx,
  groupId: string,
  { userIds, at }: { readonly userIds: readonly string[]; readonly at: Date },
): Promise<string[]> {
  const rows = await tx.many<{ userId: string }>(sql`
    INSERT INTO group_members (group_id, user_id, created_at)
    SELECT ${groupId}::uuid, id, ${at} FROM unnest(${userIds}::uuid[]) AS id ORDER BY id
    ON CONFLICT (group_id, user_id) DO NOTHING RETURNING user_id`)
  return rows.map(({ userId }) => userId)
}

/** Those who were members. */
export async function deleteMembers(
  tx: Tx,
  groupId: string,
  userIds: readonly string[],
): Promise<string[]> {
  const rows = await tx.many<{ userId: string }>(sql`
    DELETE FROM group_members WHERE group_id = ${groupId} AND user_id = ANY(${userIds}::uuid[])
    RETURNING user_id`)
  return rows.map(({ userId }) => userId)
}
