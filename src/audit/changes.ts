import { namesSecret } from './redact.ts'

export type Change = { readonly from: unknown; readonly to: unknown }

type Members = Readonly<Record<string, unknown>>

/**
 * What differs between two states of a thing, for the details of an entry: `{ name: { from, to } }`, with
 * null for what was or is not there. Members that may be secret are left out.
 */
export function changes(before: Members, after: Members): Record<string, Change> {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return Object.fromEntries(
    names
      .filter((name) => !namesSecret(name) && !same(before[name], after[name]))
      .map((name) => [name, { from: before[name] ?? null, to: after[name] ?? null }]),
  )
}

function same(a: unknown, b: unknown): boolean {
  return sorted(a) === sorted(b)
}

/** Objects that come back from the database have their members in another order. */
function sorted(value: unknown): string {
  return JSON.stringify(value ?? null, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}
