import { Type } from 'typebox'
import type { Clock } from '../../../base/index.ts'
import type { Queries, Reads } from '../../../db/index.ts'
import type { ListPage } from '../../../http/index.ts'
import { decodeCursor, encodeCursor, httpFailures } from '../../../http/index.ts'
import type { User } from '../../../identity/index.ts'
import { toUser } from '../../../identity/index.ts'
import type { Needle, PersonFilter, PersonSort } from './person-filter.ts'
import { groupIdOf, needleOf, patternOf, searchKey } from './person-filter.ts'
import { effortOf } from './rarity.ts'
import type { Asked, Beginning, FoundUser, Ground, Outlook, Source } from './store.ts'
import {
  gatherUsers,
  isTimed,
  mostFound,
  selectEndOfWalk,
  selectOutlook,
  walkUsers,
} from './store.ts'

export type PeopleQuery = {
  readonly filter: PersonFilter
  readonly sort: PersonSort
  readonly limit: number
  readonly after?: string | undefined
}

/** How a text was looked for. */
export type SearchManner = 'substring' | 'prefix'
export type PeoplePage = ListPage<User> & {
  readonly search: SearchManner | null
  /** Of each of the people: where a page begins that comes after them. */
  readonly cursors: readonly string[]
}

export type UserSearch = { readonly find: (query: PeopleQuery) => Promise<PeoplePage> }

type Needs = { readonly reads: Reads; readonly clock: Clock }

const Cursor = Type.Tuple([Type.String(), Type.String(), Type.String({ format: 'uuid' })])
/** Milliseconds for which the sample of what there is to search is remembered. */
const outlookLasts = 300_000
/** Entries of an index that are read for one page. */
const mostEntries = 100_000
/** Sources that are tried before the list itself is read. */
const mostSources = 3

/**
 * Finds people among very many, each page with bounded work: where few can fit, by an index, all of them are
 * read and sorted; otherwise the list is read in its order, and what fits is kept. A page may therefore
 * have fewer people than asked for, and still be followed by another one.
 */
export function createUserSearch({ reads, clock }: Needs): UserSearch {
  let known: { readonly until: number; readonly outlook: Promise<Outlook> } | undefined
  const outlook = (): Promise<Outlook> => {
    const now = clock.now().getTime()
    if (known !== undefined && now < known.until) return known.outlook
    const made = { until: now + outlookLasts, outlook: reads(selectOutlook) }
    known = made
    made.outlook.catch(() => {
      if (known === made) known = undefined
    })
    return made.outlook
  }
  return {
    find: async (query) => {
      const { q } = query.filter
      const looks = await outlook()
      const needle = q === null ? undefined : needleOf(q, looks.substring)
      const search = needle && (needle.anywhere ? 'substring' : 'prefix')
      if (q !== null && needle === undefined)
        return { items: [], next: null, search: null, cursors: [] }
      const asked = askedOf(query, needle, clock.now())
      const page = await reads((db) => find(db, query, { looks, needle, asked }))
      return { ...page, search: search ?? null }
    },
  }
}

type Search = {
  readonly looks: Outlook
  readonly needle: Needle | undefined
  readonly asked: Asked
}

async function find(
  db: Queries,
  query: PeopleQuery,
  search: Search,
): Promise<Omit<PeoplePage, 'search'>> {
  const { sort, limit } = query
  const { asked, needle } = search
  const beginning = needle && beginningOf(needle)
  for (const source of sourcesOf(query, search).slice(0, mostSources)) {
    const gathering = { asked, sort, limit: limit + 1, beginning }
    const users = await gatherUsers(db, source, gathering)
    if (users !== undefined) return pageOf(users, query, undefined)
  }
  const ground = groundOf(query)
  const users = await walkUsers(db, sort, { asked, ground, limit: limit + 1 })
  const end = users.length > limit ? undefined : await selectEndOfWalk(db, sort, { asked, ground })
  return pageOf(users, query, end)
}

/** In the order in which they came, some people are in an index of their own. */
function groundOf({ filter, sort }: PeopleQuery): Ground {
  if (!isTimed(sort)) return 'everybody'
  if (filter.state !== null && filter.state !== 'active') return 'inactive'
  return filter.email_verified === false ? 'unverified' : 'everybody'
}

/** Where few candidates may be found, the most promising first. */
export function sourcesOf(
  { filter, sort }: PeopleQuery,
  { looks, needle }: Omit<Search, 'asked'>,
): Source[] {
  const period = filter.created_after !== null || filter.created_before !== null
  const wanted: readonly (readonly [Source, boolean])[] = [
    ['text', needle !== undefined && looks.substring && isRare(looks, needle)],
    ['beginning', needle !== undefined && !looks.substring && isRare(looks, needle)],
    ['group', filter.group !== null],
    ['role', filter.role !== null],
    ['deleting', filter.state === 'deleting'],
    ['state', filter.state === 'deactivated'],
    ['factor', filter.has_factor === true],
    ['created', period && !isTimed(sort)],
    ['unverified', filter.email_verified === false],
  ]
  return wanted.flatMap(([source, holds]) => (holds ? [source] : []))
}

/** What so few of the sample have may be theirs alone by chance, and is worth a try, which has an end. */
const chance = 1
const smallestSample = 50

/** Whether the index has few enough rows for a text; without statistics it is not trusted to. */
function isRare({ rows, sample }: Outlook, needle: Needle): boolean {
  const { candidates, entries } = effortOf(sample, needle)
  if (rows < 0 || entries * rows > mostEntries) return false
  const byChance =
    sample.length >= smallestSample && Math.round(candidates * sample.length) <= chance
  return byChance || candidates * rows <= mostFound / 2
}

function pageOf(
  users: readonly FoundUser[],
  { sort, limit }: PeopleQuery,
  end: { readonly place: string; readonly id: string } | undefined,
): Omit<PeoplePage, 'search'> {
  const items = users.slice(0, limit)
  const last = users.length > limit ? items.at(-1) : end
  const cursorOf = (at: { readonly place: string; readonly id: string }) =>
    encodeCursor([sort, at.place, at.id])
  const next = last === undefined ? null : cursorOf(last)
  return { items: items.map(toUser), next, cursors: items.map(cursorOf) }
}

/** Before everything, in each order. */
const starts: Readonly<Record<PersonSort, readonly [place: string, id: string]>> = {
  '-created_at': ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  created_at: ['-infinity', '00000000-0000-0000-0000-000000000000'],
  username: ['', '00000000-0000-0000-0000-000000000000'],
  email: ['', '00000000-0000-0000-0000-000000000000'],
}

function askedOf(
  { filter, sort, after }: PeopleQuery,
  needle: Needle | undefined,
  now: Date,
): Asked {
  const { state } = filter
  const [place, id] = after === undefined ? starts[sort] : placeOf(sort, after)
  return {
    active: state === null ? null : state === 'active',
    deleting: state === null || state === 'active' ? null : state === 'deleting',
    verified: filter.email_verified,
    factor: filter.has_factor,
    since: dateOf(filter.created_after),
    until: dateOf(filter.created_before),
    pattern: needle === undefined ? null : patternOf(needle),
    role: filter.role,
    group: filter.group,
    groupId: groupIdOf(filter),
    now,
    place,
    id,
  }
}

/** A cursor belongs to the order that it was made for. */
function placeOf(sort: PersonSort, after: string): readonly [place: string, id: string] {
  const [madeFor, place, id] = decodeCursor(Cursor, after)
  const fits = !isTimed(sort) || !Number.isNaN(Date.parse(place))
  if (madeFor !== sort || !fits) throw httpFailures.invalid_cursor()
  return [place, id]
}

function dateOf(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}

/** The range of texts that begin so, in the order of code points. */
function beginningOf({ key, text }: Needle): Beginning {
  const last = '\u{10ffff}'
  return { keys: [key, key + last], names: [searchKey(text), searchKey(text) + last] }
}
