import { sha256 } from '../../../base/index.ts'
import type { Queries, Statement } from '../../../db/index.ts'
import { sql } from '../../../db/index.ts'
import type { UserRecord } from '../../../identity/index.ts'
import type { PersonSort } from './person-filter.ts'

/** How many rows of a list are looked at for one page, whether they fit or not. */
export const longestWalk = 5_000
/** How many candidates of a text are taken together and sorted; a text that has more is common. */
export const mostFound = 10_000
/** The same for what may be tried in vain before a list is read: everybody with a role, in a group and so on. */
const mostMembers = 5_000

/** The parameters $1 to $13, in this order. */
export type Asked = {
  readonly active: boolean | null
  readonly deleting: boolean | null
  readonly verified: boolean | null
  readonly factor: boolean | null
  readonly since: Date | null
  readonly until: Date | null
  readonly pattern: string | null
  readonly role: string | null
  readonly group: string | null
  readonly groupId: string | null
  readonly now: Date
  /** Where the page begins: the value that the list is sorted by, and the id. */
  readonly place: string
  readonly id: string
}

/** Where few of those that a filter asks for can be read at once. */
export type Source =
  | 'text'
  | 'beginning'
  | 'role'
  | 'group'
  | 'state'
  | 'deleting'
  | 'created'
  | 'unverified'
  | 'factor'

export type FoundUser = UserRecord & { readonly place: string }

const columns = `u.id, u.username, u.email, u.email_verified, u.is_active, u.deactivated_by, u.delete_after,
  u.password_changed_at, u.terms_version, u.terms_accepted_at, u.profile, u.version, u.created_at, u.updated_at`

// Scalar subqueries, which PostgreSQL asks row by row: as EXISTS it might read whole tables for a join.
const roleNow = `(a.starts_at IS NULL OR a.starts_at <= $11) AND (a.ends_at IS NULL OR a.ends_at > $11)`
const theRole = `a.role_id = (SELECT id FROM roles WHERE name = $8)`
const theGroup = `m.group_id = (SELECT id FROM groups WHERE name = $9 OR id = $10::uuid ORDER BY name = $9 LIMIT 1)`

/** What a row must fulfil. */
const fits = `($1::boolean IS NULL OR u.is_active = $1)
  AND ($2::boolean IS NULL OR (u.delete_after IS NOT NULL) = $2)
  AND ($3::boolean IS NULL OR u.email_verified = $3)
  AND ($5::timestamptz IS NULL OR u.created_at >= $5) AND ($6::timestamptz IS NULL OR u.created_at < $6)
  AND ($7::text IS NULL OR u.search_text LIKE $7)
  AND ($8::text IS NULL OR
    (SELECT true FROM role_assignments a WHERE a.user_id = u.id AND ${theRole} AND ${roleNow} LIMIT 1) IS TRUE OR
    (SELECT true FROM group_members m JOIN role_assignments a ON a.group_id = m.group_id
      WHERE m.user_id = u.id AND ${theRole} AND ${roleNow} LIMIT 1) IS TRUE)
  AND ($9::text IS NULL OR (SELECT true FROM group_members m WHERE m.user_id = u.id AND ${theGroup}) IS TRUE)
  AND ($4::boolean IS NULL OR $4 = (
    (SELECT true FROM mfa_totp t WHERE t.user_id = u.id AND t.is_enabled LIMIT 1) IS TRUE OR
    (SELECT true FROM mfa_passkeys p WHERE p.user_id = u.id AND p.suspended_at IS NULL LIMIT 1) IS TRUE OR
    (SELECT true FROM mfa_accounts e WHERE e.user_id = u.id AND e.email_code_since IS NOT NULL) IS TRUE))`

/** A moment as text that sorts as it does, to the last digit. */
const moment = `to_char(u.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
const within = (since: string, until: string) =>
  `u.created_at >= coalesce(${since}::timestamptz, '-infinity') AND u.created_at < coalesce(${until}::timestamptz, 'infinity')`

type Order = {
  /** What the list is sorted by, and the same as text. */
  readonly key: string
  readonly place: string
  readonly after: string
  readonly direction: 'DESC' | ''
}

/** The orders of a list, with the names of the parameters that say where a page begins and its period. */
function ordersWith(
  place: string,
  id: string,
  within: string,
): Readonly<Record<PersonSort, Order>> {
  return {
    '-created_at': {
      place: moment,
      after: `(u.created_at, u.id) < (${place}::timestamptz, ${id}::uuid) AND ${within}`,
      key: 'u.created_at',
      direction: 'DESC',
    },
    created_at: {
      place: moment,
      after: `(u.created_at, u.id) > (${place}::timestamptz, ${id}::uuid) AND ${within}`,
      key: 'u.created_at',
      direction: '',
    },
    username: {
      place: 'u.username_key COLLATE "C"',
      after: `(u.username_key COLLATE "C", u.id) > (${place}::text, ${id}::uuid)`,
      key: 'u.username_key COLLATE "C"',
      direction: '',
    },
    email: {
      place: `coalesce(u.email_key, '') COLLATE "C"`,
      after: `(coalesce(u.email_key, '') COLLATE "C", u.id) > (${place}::text, ${id}::uuid)`,
      key: `coalesce(u.email_key, '') COLLATE "C"`,
      direction: '',
    },
  }
}

const inPeriod = within('$5', '$6')
const orders = ordersWith('$12', '$13', inPeriod)
/** Parts of the people that an index has in the order in which they came. */
export type Ground = 'everybody' | 'inactive' | 'unverified'
const grounds: Readonly<Record<Ground, string>> = {
  everybody: 'true',
  inactive: 'NOT u.is_active',
  unverified: 'NOT u.email_verified',
}

export function isTimed(sort: PersonSort): boolean {
  return sort === 'created_at' || sort === '-created_at'
}

type Walk = { readonly asked: Asked; readonly ground: Ground; readonly limit: number }

const oneMore = (source: Source) =>
  (source === 'text' || source === 'beginning' ? mostFound : mostMembers) + 1
const found = mostFound + 1
const most = mostMembers + 1
/** Reads the ids of no more candidates than can be sorted at once, each by an index. */
const sources: Readonly<Record<Source, string>> = {
  text: `SELECT u.id FROM users u WHERE u.search_text LIKE $7 LIMIT ${found}`,
  // $15 and $16 are the first and the last text that begin so as keys, $17 and $18 as names.
  beginning: `(SELECT id FROM users WHERE username_key COLLATE "C" >= $15 AND username_key COLLATE "C" < $16 LIMIT ${found})
    UNION (SELECT id FROM users WHERE coalesce(email_key, '') COLLATE "C" >= $15
      AND coalesce(email_key, '') COLLATE "C" < $16 LIMIT ${found})
    UNION (SELECT id FROM users WHERE search_key(profile ->> 'name') COLLATE "C" >= $17
      AND search_key(profile ->> 'name') COLLATE "C" < $18 LIMIT ${found})`,
  role: `(SELECT a.user_id AS id FROM role_assignments a WHERE ${theRole} AND a.user_id IS NOT NULL ORDER BY a.role_id, a.id LIMIT ${most})
    UNION (SELECT m.user_id FROM
      (SELECT a.group_id FROM role_assignments a WHERE ${theRole} AND a.group_id IS NOT NULL ORDER BY a.group_id LIMIT ${most}) g
      CROSS JOIN LATERAL (SELECT user_id FROM group_members WHERE group_id = g.group_id LIMIT ${most}) m LIMIT ${most})`,
  group: `SELECT m.user_id AS id FROM group_members m WHERE ${theGroup} LIMIT ${most}`,
  state: `SELECT u.id FROM users u WHERE NOT u.is_active ORDER BY u.created_at, u.id LIMIT ${most}`,
  deleting: `SELECT u.id FROM users u WHERE u.delete_after IS NOT NULL ORDER BY u.delete_after LIMIT ${most}`,
  created: `SELECT u.id FROM users u WHERE ${inPeriod} ORDER BY u.created_at, u.id LIMIT ${most}`,
  unverified: `SELECT u.id FROM users u WHERE NOT u.email_verified ORDER BY u.created_at, u.id LIMIT ${most}`,
  factor: `(SELECT user_id AS id FROM mfa_totp ORDER BY user_id LIMIT ${most})
    UNION (SELECT user_id FROM mfa_passkeys ORDER BY user_id LIMIT ${most})
    UNION (SELECT user_id FROM mfa_accounts WHERE email_code_since IS NOT NULL ORDER BY user_id LIMIT ${most})`,
}

/** The rows that come next in an order, as far as they fit; only so many are looked at. */
export function walkUsers(
  queries: Queries,
  sort: PersonSort,
  { asked, ground, limit }: Walk,
): Promise<FoundUser[]> {
  const { key, place, after, direction } = orders[sort]
  // Sorted by the same column within and without, or else everything would be read and sorted again.
  return queries.many<FoundUser>(
    composed(
      `SELECT ${columns}, ${place} AS place FROM (
        SELECT u.*, ${key} AS sort_key FROM users u WHERE ${after} AND ${grounds[ground]}
        ORDER BY ${key} ${direction}, u.id ${direction} LIMIT ${longestWalk}) u
      WHERE ${fits} ORDER BY u.sort_key ${direction}, u.id ${direction} LIMIT $14`,
      [...valuesOf(asked), limit],
    ),
  )
}

/** Where a walk ends; undefined when it came to the end of the list. */
export function selectEndOfWalk(
  queries: Queries,
  sort: PersonSort,
  { asked: { since, until, place: begin, id }, ground }: Omit<Walk, 'limit'>,
): Promise<{ readonly place: string; readonly id: string } | undefined> {
  const { key, place, after, direction } = ordersWith('$1', '$2', within('$3', '$4'))[sort]
  return queries.maybe(
    composed(
      `SELECT ${place} AS place, u.id FROM users u WHERE ${after} AND ${grounds[ground]}
      ORDER BY ${key} ${direction}, u.id ${direction} OFFSET ${longestWalk - 1} LIMIT 1`,
      [begin, id, ...(isTimed(sort) ? [since, until] : [])],
    ),
  )
}

type Gathering = {
  readonly asked: Asked
  readonly sort: PersonSort
  readonly limit: number
  readonly beginning: Beginning | undefined
}
export type Beginning = {
  readonly keys: readonly [string, string]
  readonly names: readonly [string, string]
}

/** Those of few candidates that fit, sorted; undefined when there are more candidates than are sorted. */
export async function gatherUsers(
  queries: Queries,
  source: Source,
  { asked, sort, limit, beginning }: Gathering,
): Promise<readonly FoundUser[] | undefined> {
  const { key, place, after, direction } = orders[sort]
  const more = source === 'beginning' && beginning ? [...beginning.keys, ...beginning.names] : []
  // Without OFFSET 0 a plan for any values might go through the whole list in its order, to find a few.
  const rows = await queries.many<FoundUser & { candidates: number; id: FoundUser['id'] | null }>(
    composed(
      `WITH found AS MATERIALIZED (${sources[source]}), few AS (SELECT count(*)::integer AS candidates FROM found)
      SELECT few.candidates, page.* FROM few LEFT JOIN LATERAL (
        SELECT ${columns}, ${place} AS place FROM (
          SELECT * FROM users WHERE id = ANY (ARRAY(SELECT id FROM found)) AND few.candidates < ${oneMore(source)} OFFSET 0) u
        WHERE ${after} AND ${fits}
        ORDER BY ${key} ${direction}, u.id ${direction} LIMIT $14) page ON true`,
      [...valuesOf(asked), limit, ...more],
    ),
  )
  if ((rows[0]?.candidates ?? 0) >= oneMore(source)) return undefined
  return rows.filter(({ id }) => id !== null)
}

/** What the database knows of the people as a whole. */
export type Outlook = {
  /** Whether texts can be found anywhere, not only at their beginning. */
  readonly substring: boolean
  readonly rows: number
  /** Some of the texts that are searched, evenly taken. */
  readonly sample: readonly string[]
}

export async function selectOutlook(queries: Queries): Promise<Outlook> {
  const found = await queries.maybe<Outlook>(sql`
    SELECT to_regclass('users_by_search') IS NOT NULL AS substring, c.reltuples::float8 AS rows,
      coalesce((SELECT s.histogram_bounds::text::text[] FROM pg_stats s JOIN pg_namespace n ON n.nspname = s.schemaname
        WHERE n.oid = c.relnamespace AND s.tablename = 'users' AND s.attname = 'search_text'), '{}') AS sample
    FROM pg_class c WHERE c.oid = 'users'::regclass`)
  return found ?? { substring: false, rows: -1, sample: [] }
}

function valuesOf(asked: Asked): unknown[] {
  const { active, deleting, verified, factor, since, until, pattern } = asked
  const { role, group, groupId, now, place, id } = asked
  return [
    active,
    deleting,
    verified,
    factor,
    since,
    until,
    pattern,
    role,
    group,
    groupId,
    now,
    place,
    id,
  ]
}

/** A statement of constant parts; whatever comes from outside is among the values. */
function composed(text: string, values: readonly unknown[]): Statement {
  return { name: `u_${sha256(text).toString('base64url').slice(0, 16)}`, text, values }
}
