import { hasControls, isUuid, isWellFormed } from '../../base/index.ts'
import type { Scope } from '../assignment/scope.ts'

/** Who may be asked about: a user by id, or a client (service account) by its client_id. */
export type SubjectKey = { readonly type: 'user' | 'client'; readonly id: string }

export function subjectText({ type, id }: SubjectKey): string {
  return `${type}:${id}`
}

/** Whether it can name anybody at all; every name has one spelling only. */
export function isSubjectKey({ type, id }: SubjectKey): boolean {
  if (type === 'user') return isUuid(id)
  return id.length <= 256 && !hasControls(id) && isWellFormed(id)
}

/** One role that somebody has. */
export type Grant = {
  readonly assignmentId: string
  readonly roleId: string
  /** The group that brings it; null when it was given to the subject itself. */
  readonly group: { readonly id: string; readonly name: string } | null
  readonly scope: Scope | null
  /** Milliseconds since 1970; null for always. */
  readonly from: number | null
  /** Milliseconds since 1970; null for ever. */
  readonly until: number | null
}

/** Everything that decisions about somebody stand on, beside the roles themselves. */
export type Standing = {
  readonly key: SubjectKey
  readonly active: boolean
  /** By what the owner of a thing may be named: the id, and the proved address of a user. */
  readonly names: readonly string[]
  readonly groups: readonly string[]
  readonly grants: readonly Grant[]
}

/** The same, sorted for asking: whatever holds always and for everything apart from the rest. */
export type Subject = {
  readonly standing: Standing
  /** Grants without limit. */
  readonly general: readonly Grant[]
  /** The roles of these. */
  readonly generalRoles: readonly string[]
  /** Grants with a period and for everything. */
  readonly timed: readonly Grant[]
  /** Grants for single things, by `type:id`. */
  readonly exact: ReadonlyMap<string, readonly Grant[]>
  /** Grants for things whose ids begin so, by type. */
  readonly prefixed: ReadonlyMap<string, readonly Grant[]>
}

export function sortGrants(standing: Standing): Subject {
  const general: Grant[] = []
  const timed: Grant[] = []
  // Most people have neither, and many of them are remembered.
  let exact = none
  let prefixed = none
  for (const grant of standing.grants) {
    const { scope, from, until } = grant
    if (scope === null) (from === null && until === null ? general : timed).push(grant)
    else if (scope.id.endsWith('*')) prefixed = push(prefixed, scope.type, grant)
    else exact = push(exact, `${scope.type}:${scope.id}`, grant)
  }
  const generalRoles = [...new Set(general.map(({ roleId }) => roleId))].sort()
  return { standing, general, generalRoles, timed, exact, prefixed }
}

type Grants = Map<string, Grant[]>

const none: Grants = new Map()

function push(grants: Grants, key: string, grant: Grant): Grants {
  const map: Grants = grants === none ? new Map() : grants
  const list = map.get(key)
  if (list === undefined) map.set(key, [grant])
  else list.push(grant)
  return map
}
