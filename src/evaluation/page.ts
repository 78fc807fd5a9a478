import { isStorable, sha256 } from '../base/index.ts'
import { evaluationFailures } from './failures.ts'

export const usualLimit = 100
export const mostResults = 200

/** Where a page of a search begins, and how long it is. */
export type Page = { readonly after: string; readonly limit: number }

export type AskedPage = {
  readonly token?: string | undefined
  readonly next_token?: string | undefined
  readonly limit?: number | undefined
}

/**
 * AuthZEN section 8.2: a token belongs to one search, and neither what is searched for nor the limit may
 * change with it; the limit may be left out. An earlier draft called it `next_token`.
 */
export function readPage(asked: AskedPage | undefined, search: readonly unknown[]): Page {
  const token = asked?.token || asked?.next_token
  const limit = asked?.limit === undefined ? undefined : Math.min(asked.limit, mostResults)
  if (!token) return { after: '', limit: limit ?? usualLimit }
  const [digest, after, before] = parse(token)
  const sound = typeof after === 'string' && isStorable(after) && typeof before === 'number'
  if (!sound || digest !== digestOf(search) || (limit ?? before) !== before) {
    throw evaluationFailures.foreign_token()
  }
  return { after, limit: Math.min(before, mostResults) }
}

/** The token with which the search goes on; empty at the end. */
export function nextToken(
  after: string | undefined,
  limit: number,
  search: readonly unknown[],
): string {
  if (after === undefined) return ''
  return Buffer.from(JSON.stringify([digestOf(search), after, limit])).toString('base64url')
}

function digestOf(search: readonly unknown[]): string {
  return sha256(JSON.stringify(search)).toString('base64url').slice(0, 12)
}

function parse(token: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
