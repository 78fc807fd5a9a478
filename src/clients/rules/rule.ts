import type { InvalidMember } from '../../base/index.ts'
import type { ClientMetadata } from '../schemas.ts'

/** What is wrong with complete metadata, as members with JSON pointers; `plainHosts` may be named without TLS. */
export type Rule = (
  metadata: ClientMetadata,
  plainHosts: readonly string[],
) => readonly InvalidMember[]

/** The member is wrong when the condition holds. */
export function when(wrong: boolean, pointer: string, words: string): InvalidMember[] {
  return wrong ? [{ pointer, words }] : []
}

/** Each item of a list, at its place. */
export function each(
  member: string,
  items: readonly string[] | undefined,
  problemOf: (item: string) => string | undefined,
): InvalidMember[] {
  return (items ?? []).flatMap((item, i) => one(`${member}/${i}`, item, problemOf))
}

/** A member that need not be there. */
export function one(
  member: string,
  value: string | undefined,
  problemOf: (value: string) => string | undefined,
): InvalidMember[] {
  const words = value === undefined ? undefined : problemOf(value)
  return words === undefined ? [] : [{ pointer: `/${member}`, words }]
}

type AddressRule = { readonly plainHosts: readonly string[]; readonly fragment?: boolean }

/** Why we would not ask an address; undefined when we would. */
export function addressProblem(
  text: string,
  { plainHosts, fragment = false }: AddressRule,
): string | undefined {
  if (/[\s\\]/.test(text) || !URL.canParse(text)) return 'is not a web address'
  const { protocol, hostname, host, username, password } = new URL(text)
  const plain = protocol === 'http:' && (plainHosts.includes(hostname) || plainHosts.includes(host))
  if (protocol !== 'https:' && !plain) return 'must use https'
  if (username !== '' || password !== '') return 'has user information'
  return !fragment && text.includes('#') ? 'has a fragment' : undefined
}
