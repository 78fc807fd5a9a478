import { type Static, type TSchema, Type } from 'typebox'
import { Check } from 'typebox/value'
import { isStorable } from '../base/index.ts'
import { httpFailures } from './failures.ts'
import type { Reply, Request } from './server.ts'

/** What a list takes in its query: `Type.Object({ ...pageQuery, ... }, { additionalProperties: false })`. */
export const pageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'How many at most' }),
  ),
  after: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 2048,
      description: 'Where the page begins: `next` of the page before. Its form may change.',
    }),
  ),
}

/** Some of a list, and the cursor of the next page; null where there is none. */
export type ListPage<T> = { readonly items: readonly T[]; readonly next: string | null }

/** The body of a page of a list. */
export function pageBody<Item extends TSchema>(item: Item, options: { examples?: unknown[] } = {}) {
  return Type.Object(
    {
      items: Type.Array(item),
      next: Type.Union([Type.String(), Type.Null()], {
        description: 'The cursor of the next page, also in the Link header; null on the last one',
      }),
    },
    options,
  )
}

/** The values that a page begins after, as text that callers hand back and do not look into. */
export function encodeCursor(values: readonly (string | number | boolean | null)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

/** The values of a cursor, of the form that the list gave out; fails with 400 `invalid_cursor`. */
export function decodeCursor<Key extends TSchema>(key: Key, cursor: string): Static<Key> {
  const values = parsed(cursor)
  if (!isStorable(values) || !Check(key, values)) throw httpFailures.invalid_cursor()
  return values
}

/** What a query asks for: one row more than `limit` is to be read, so that `pageFrom` knows of a next page. */
export function pageOf<Key extends TSchema>(
  query: { readonly limit?: number; readonly after?: string },
  key: Key,
): { readonly limit: number; readonly after: Static<Key> | undefined } {
  const { limit = 50, after } = query
  return { limit, after: after === undefined ? undefined : decodeCursor(key, after) }
}

/** The page of up to `limit` of rows of which `limit + 1` were asked for, in their order. */
export function pageFrom<T>(
  rows: readonly T[],
  limit: number,
  keyOf: (row: T) => readonly (string | number | boolean | null)[],
): ListPage<T> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const next = last === undefined || rows.length <= limit ? null : encodeCursor(keyOf(last))
  return { items, next }
}

/** Answers with a page, and with a link to the next one that keeps the rest of the query (RFC 8288). */
export function sendPage<T>(request: Request, reply: Reply, page: ListPage<T>): Reply {
  if (page.next !== null) {
    const here = new URL(request.server.publicUrl + request.url)
    here.searchParams.set('after', page.next)
    reply.header('link', `<${here.href}>; rel="next"`)
  }
  return reply.send({ items: page.items, next: page.next })
}

/** The order of a list in its query, by the names that it allows and no others; the first is the default. */
export function sortQuery<const Name extends string>(names: readonly [Name, ...Name[]]) {
  const values = names.flatMap((name) => [name, `-${name}` as const])
  const description = 'What the list is sorted by; a minus sign turns it round'
  return { sort: Type.Optional(Type.Enum(values, { default: names[0], description })) }
}

/** The sort that a query asks for, of the same names. */
export function sortOf<const Name extends string>(
  names: readonly [Name, ...Name[]],
  sort: string | undefined,
): { readonly by: Name; readonly descending: boolean } {
  const descending = sort?.startsWith('-') === true
  const asked = descending ? sort.slice(1) : sort
  return { by: names.find((name) => name === asked) ?? names[0], descending }
}

function parsed(cursor: string): unknown {
  if (!/^[\w-]+$/.test(cursor)) throw httpFailures.invalid_cursor()
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    throw httpFailures.invalid_cursor()
  }
}
