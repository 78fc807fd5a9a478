import type { InvalidMember } from '../../base/index.ts'
import type { Candidate } from './candidate.ts'
import type { RefusedLine } from './check-line.ts'
import type { Seen } from './seen.ts'
import type { Taken } from './store.ts'

/** What stands in the way of a user that could not be inserted. */
export type Collision =
  | { readonly as: 'exists' }
  | { readonly as: 'refused'; readonly refused: RefusedLine }

/** Undefined when nobody is in the way. The same person has the same names, and the same id if it is given. */
export function collide(user: Candidate, taken: readonly Taken[]): Collision | undefined {
  const { usernameKey, emailKey, given, line } = user
  const byId = taken.find(({ id }) => id === user.row.id)
  const byUsername = taken.find((it) => it.usernameKey === usernameKey)
  const byEmail = emailKey === null ? undefined : taken.find((it) => it.emailKey === emailKey)
  const found = byId ?? byUsername ?? byEmail
  if (found === undefined) return undefined
  if (byId !== undefined && (byUsername === byId || byEmail === byId)) return { as: 'exists' }
  const sameUsername = found.usernameKey === usernameKey || !given.username
  const same = byId === undefined && sameUsername && found.emailKey === emailKey
  if (same && !given.id) return { as: 'exists' }
  const errors = same
    ? [{ pointer: '/id', words: 'This user exists under another id.' }]
    : [
        ...inTheWay(byId, '/id', 'This id is already taken.'),
        ...inTheWay(byUsername, '/username', 'This username is already taken.'),
        ...inTheWay(byEmail, '/email', 'This email address is already taken.'),
      ]
  return { as: 'refused', refused: { line, errors } }
}

function inTheWay(taken: Taken | undefined, pointer: string, words: string): InvalidMember[] {
  return taken === undefined ? [] : [{ pointer, words }]
}

/** What an earlier line of the same file has taken. */
export function repeated(user: Candidate, seen: Seen): readonly InvalidMember[] {
  const { row, usernameKey, emailKey, given } = user
  const again = (pointer: string, text: string): InvalidMember[] =>
    seen.add(pointer + text)
      ? []
      : [{ pointer, words: 'An earlier line of this file has the same.' }]
  return [
    ...(given.id ? again('/id', row.id) : []),
    ...(given.username ? again('/username', usernameKey) : []),
    ...(emailKey === null ? [] : again('/email', emailKey)),
  ]
}
