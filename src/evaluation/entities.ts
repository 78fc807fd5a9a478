import type { Question } from '../access/index.ts'

/** Who a question is about. Types that are not ours are somebody whom nobody has given anything. */
export type AskedSubject = { readonly type: string; readonly id: string }

export type Evaluation = { readonly subject: AskedSubject; readonly question: Question }

/** Subject, action and resource as they came; whatever else there is counts for nothing. */
export type Entities = {
  readonly subject?: unknown
  readonly action?: unknown
  readonly resource?: unknown
}

/** What is wrong, as RFC 6901 points to it. */
export type Wrong = { readonly pointer: string; readonly words: string }

export type ReadEvaluation =
  | { readonly ok: true; readonly evaluation: Evaluation }
  | { readonly ok: false; readonly wrong: readonly Wrong[] }

export const longestName = 256
export const longestId = 1024

/** By which names applications tell who owns a thing. */
const ownerNames = ['owner', 'owner_id', 'ownerID', 'ownerId'] as const

type Members = Readonly<Record<string, unknown>>

/** AuthZEN section 5: what a question needs. */
export function readEvaluation({ subject, action, resource }: Entities): ReadEvaluation {
  const wrong: Wrong[] = []
  const text = (entity: unknown, pointer: string, limit: number): string => {
    const value = membersOf(entity)?.[pointer.split('/').at(-1) ?? '']
    if (typeof value === 'string' && value !== '' && value.length <= limit) return value
    wrong.push({ pointer, words: `must be a text of 1 to ${limit} characters` })
    return ''
  }
  const asked = {
    type: text(subject, '/subject/type', longestName),
    id: text(subject, '/subject/id', longestId),
  }
  const name = text(action, '/action/name', longestName)
  const type = text(resource, '/resource/type', longestName)
  const id = text(resource, '/resource/id', longestId)
  if (wrong.length > 0) return { ok: false, wrong }
  const question = { resource: { type, id, owner: ownerOf(resource) }, action: name }
  return { ok: true, evaluation: { subject: asked, question } }
}

/** Who owns a thing, as far as the application tells. */
export function ownerOf(resource: unknown): string | undefined {
  const properties = membersOf(membersOf(resource)?.properties)
  for (const name of ownerNames) {
    const owner = properties?.[name]
    if (typeof owner === 'string' && owner !== '' && owner.length <= longestId) return owner
  }
  return undefined
}

export function membersOf(value: unknown): Members | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? { ...value } : undefined
}

/** What every entity must have, and may therefore take from the default. */
const needed = { subject: ['type', 'id'], action: ['name'], resource: ['type', 'id'] } as const

/** AuthZEN section 7.1.1: an entity of a question replaces the default as a whole, but for what it must have. */
export function withDefaults(defaults: Entities, own: Entities): Entities {
  const merged = (name: keyof typeof needed): unknown => {
    const mine = own[name]
    const members = membersOf(mine)
    const theirs = membersOf(defaults[name])
    if (mine === undefined) return defaults[name]
    if (members === undefined || theirs === undefined) return mine
    const kept = needed[name].filter((member) => theirs[member] !== undefined)
    return { ...Object.fromEntries(kept.map((member) => [member, theirs[member]])), ...members }
  }
  return { subject: merged('subject'), action: merged('action'), resource: merged('resource') }
}
