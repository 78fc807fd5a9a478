import type { Translate, Words } from '../i18n/index.ts'
import type { AuthorizationDetail } from '../session/index.ts'

/** One authorization detail (RFC 9396) as names and values that a person can read. */
export type DetailWords = {
  readonly type: string
  readonly lines: readonly (readonly [name: string, value: string])[]
}

/** The common members of RFC 9396 section 2.2; what a type defines for itself keeps its own name. */
const names: Readonly<Record<string, Words>> = {
  actions: 'Actions',
  datatypes: 'Data',
  locations: 'Places',
  identifier: 'Identifier',
  privileges: 'Privileges',
}

export function detailWords(t: Translate, { type, ...members }: AuthorizationDetail): DetailWords {
  const lines = Object.entries(members).flatMap(([name, value]) => {
    const known = Object.hasOwn(names, name) ? names[name] : undefined
    return linesOf(known === undefined ? name : t(known), value)
  })
  return { type, lines: lines.map(([name, value]) => [visible(name), visible(value)] as const) }
}

/** What is nested gets the name of its whole path, so that nothing that is asked for stays unsaid. */
function linesOf(name: string, value: unknown): (readonly [string, string])[] {
  if (Array.isArray(value)) {
    const all: unknown[] = value
    if (all.every((one) => typeof one !== 'object' || one === null)) {
      return [[name, all.map(textOf).join(', ')]]
    }
    return all.flatMap((one, i) => linesOf(`${name} ${i + 1}`, one))
  }
  if (typeof value !== 'object' || value === null) return [[name, textOf(value)]]
  const members = Object.entries(value)
  if (members.length === 0) return [[name, textOf(value)]]
  return members.flatMap(([key, member]) => linesOf(`${name}: ${key}`, member))
}

/** What turns the direction of a text, or cannot be seen, could show something else than is asked for. */
const invisible = /[\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu

/** Such characters by their numbers. */
export function visible(text: string): string {
  return text.replaceAll(invisible, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
