import type { Queries } from '../../db/index.ts'
import type { Question } from '../decision/can.ts'
import type { SubjectKey } from '../decision/subject.ts'
import type { Model } from '../model/compile.ts'
import { isPlainName } from '../model/permission.ts'
import { firstOf, spellings } from '../model/permission-set.ts'
import { selectClientCandidates, selectOwner, selectUserCandidates } from './store.ts'

export type Search = {
  readonly type: SubjectKey['type']
  readonly question: Question
  /** The id after which the page begins; empty at first. */
  readonly after: string
  readonly limit: number
}

/**
 * The next ones, by id, who might be allowed something: everybody who is, and some whose role is over, not
 * yet there, or who are not active. A decision on each tells.
 */
export async function findCandidates(
  queries: Queries,
  model: Model,
  { type, question, after, limit }: Search,
): Promise<string[]> {
  const { resource, action } = question
  if (!isPlainName(resource.type) || !isPlainName(action)) return []
  const roles = rolesWith(model, spellings(resource.type, action, 'none'))
  const search = { roles, type: resource.type, places: placesOf(resource.id), after, limit }
  if (type === 'client') {
    const own =
      resource.owner === undefined ? [] : rolesWith(model, spellings(resource.type, action, 'own'))
    return selectClientCandidates(queries, { ...search, roles: [...roles, ...own] })
  }
  const owner =
    resource.owner === undefined ? undefined : await selectOwner(queries, resource.owner)
  return selectUserCandidates(queries, search, owner)
}

function rolesWith(model: Model, wanted: readonly string[]): string[] {
  return [...model.roles()].flatMap(({ id }) =>
    firstOf(model.ofRole(id), wanted) === undefined ? [] : [id],
  )
}

/** Every limit that reaches a thing: its id itself, and all beginnings of it with a star behind. */
function placesOf(id: string | undefined): string[] {
  const sound = /^[^*\p{Cc}\p{Cs}]*/u.exec(id ?? '')?.[0] ?? ''
  const beginnings = Array.from({ length: sound.length + 1 }, (_, end) => `${sound.slice(0, end)}*`)
  return [
    ...(sound === id && id !== '' ? [id] : []),
    ...beginnings.filter((place) => place.isWellFormed()),
  ]
}
