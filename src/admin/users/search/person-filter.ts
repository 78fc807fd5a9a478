import {
  codePoints,
  comparisonKey,
  hasControls,
  isUuid,
  isWellFormed,
} from '../../../base/index.ts'

/** Which people a list or a bulk operation is about. What is null is not asked. */
export type PersonFilter = {
  readonly q: string | null
  readonly state: 'active' | 'deactivated' | 'deleting' | null
  readonly email_verified: boolean | null
  /** The name of a role that somebody has now, directly or by a group. */
  readonly role: string | null
  /** The name or the id of a group. */
  readonly group: string | null
  /** ISO 8601. */
  readonly created_after: string | null
  readonly created_before: string | null
  readonly has_factor: boolean | null
}

export const everybody: PersonFilter = {
  q: null,
  state: null,
  email_verified: null,
  role: null,
  group: null,
  created_after: null,
  created_before: null,
  has_factor: null,
}

/** In which order people are listed; the id decides between equals. */
export const personSorts = ['-created_at', 'created_at', 'username', 'email'] as const
export type PersonSort = (typeof personSorts)[number]

/** What somebody looks for, ready to be compared. */
export type Needle = {
  /** As search compares it. */
  readonly text: string
  /** As usernames and addresses are compared. */
  readonly key: string
  /** Whether it counts anywhere in a text, or only where one begins. */
  readonly anywhere: boolean
}

/** Shorter texts are found at beginnings only: an index of three letters at a time knows no more of them. */
const shortest = 3

/** Undefined for what nobody can be called. */
export function needleOf(q: string, substring: boolean): Needle | undefined {
  if (!isWellFormed(q) || hasControls(q)) return undefined
  const text = searchKey(q)
  if (text === '') return undefined
  const anywhere = substring && codePoints(text) >= shortest
  return { text, key: comparisonKey(q), anywhere }
}

/** The same as the function `search_key` of the database: width, case and accents make no difference. */
export function searchKey(text: string): string {
  const lower = text.normalize('NFKC').trim().toLowerCase()
  return lower.normalize('NFKD').replaceAll(/[\u0300-\u036f]/g, '')
}

/** The pattern of LIKE for the column `search_text`, in which every part stands behind a line break. */
export function patternOf({ text, anywhere }: Needle): string {
  const literal = text.replaceAll(/[\\%_]/g, String.raw`\$&`)
  return anywhere ? `%${literal}%` : `%\n${literal}%`
}

/** The id of a group, where the filter names one so. */
export function groupIdOf({ group }: PersonFilter): string | null {
  return group !== null && isUuid(group) ? group : null
}
