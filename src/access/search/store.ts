import { comparisonKey, isStorable, isUuid } from '../../base/index.ts'
import type { Queries } from '../../db/index.ts'
import { sql } from '../../db/index.ts'

type Candidates = {
  /** Roles that have the permission. */
  readonly roles: readonly string[]
  readonly type: string
  /** Limits that reach the thing. */
  readonly places: readonly string[]
  readonly after: string
  readonly limit: number
}

const first = '00000000-0000-0000-0000-000000000000'

/**
 * Each source gives no more than a page, in the order of an index: whoever has a role for everything,
 * whoever has one for this thing, members of such groups, and the owner of the thing.
 */
export async function selectUserCandidates(
  queries: Queries,
  { roles, type, places, after, limit }: Candidates,
  owner: string | undefined,
): Promise<string[]> {
  const from = after === '' ? first : after
  const rows = await queries.many<{ id: string }>(sql`
    SELECT DISTINCT found.id FROM (
      SELECT one.id FROM unnest(${roles}::uuid[]) AS role(id) CROSS JOIN LATERAL (
        SELECT a.user_id AS id FROM role_assignments a
        WHERE a.role_id = role.id AND a.user_id > ${from}::uuid AND a.resource_type IS NULL
        ORDER BY a.user_id LIMIT ${limit}) one
      UNION ALL
      SELECT one.id FROM unnest(${places}::text[]) AS place(id) CROSS JOIN LATERAL (
        SELECT a.user_id AS id FROM role_assignments a
        WHERE a.resource_type = ${type} AND a.resource_id = place.id AND a.user_id > ${from}::uuid
          AND a.role_id = ANY(${roles}::uuid[])
        ORDER BY a.user_id LIMIT ${limit}) one
      UNION ALL
      SELECT one.id FROM (
        SELECT DISTINCT a.group_id FROM role_assignments a
        WHERE a.group_id IS NOT NULL AND a.role_id = ANY(${roles}::uuid[]) AND (a.resource_type IS NULL
          OR (a.resource_type = ${type} AND a.resource_id = ANY(${places}::text[])))
      ) team CROSS JOIN LATERAL (
        SELECT m.user_id AS id FROM group_members m
        WHERE m.group_id = team.group_id AND m.user_id > ${from}::uuid
        ORDER BY m.user_id LIMIT ${limit}) one
      UNION ALL
      SELECT ${owner ?? null}::uuid WHERE ${owner ?? null}::uuid > ${from}::uuid
    ) found ORDER BY found.id LIMIT ${limit}`)
  return rows.map(({ id }) => id)
}

/** Clients are few: all that have one of the roles, however limited. */
export async function selectClientCandidates(
  queries: Queries,
  { roles, after, limit }: Candidates,
): Promise<string[]> {
  const rows = await queries.many<{ id: string }>(sql`
    SELECT DISTINCT client_id AS id FROM role_assignments
    WHERE client_id IS NOT NULL AND client_id > ${after} AND role_id = ANY(${roles}::uuid[])
    ORDER BY client_id LIMIT ${limit}`)
  return rows.map(({ id }) => id)
}

/** The user that is named as owner: by id, or by the proved address. */
export async function selectOwner(queries: Queries, owner: string): Promise<string | undefined> {
  if (isUuid(owner)) return owner
  if (!owner.includes('@') || !isStorable(owner)) return undefined
  const row = await queries.maybe<{ id: string }>(sql`
    SELECT id FROM users WHERE email_key = ${comparisonKey(owner)} AND email_verified`)
  return row?.id
}

/** The next actions that permissions name for a type of resource, or for every type. */
export async function selectActions(
  queries: Queries,
  { type, after, limit }: { readonly type: string; readonly after: string; readonly limit: number },
): Promise<string[]> {
  const rows = await queries.many<{ action: string }>(sql`
    SELECT DISTINCT action FROM permissions
    WHERE resource IN (${type}, '*') AND action <> '*' AND action > ${after}
    ORDER BY action LIMIT ${limit}`)
  return rows.map(({ action }) => action)
}
