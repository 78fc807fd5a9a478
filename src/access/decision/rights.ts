import { scopeText } from '../assignment/scope.ts'
import type { Model } from '../model/compile.ts'
import { permissionText } from '../model/permission.ts'
import { isCurrent } from './can.ts'
import type { Grant, Subject } from './subject.ts'

/** What somebody has now, as lists for people and tokens. */
export type Rights = {
  /** Names of roles that hold for everything, without their ancestors. */
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  /** Permissions that hold for everything, those of ancestors included. */
  readonly permissions: readonly string[]
  /** What holds for single things only. */
  readonly limited: readonly LimitedRight[]
}

export type LimitedRight = {
  /** `document:42`, or `document:2024-*`. */
  readonly resource: string
  readonly role: string
  readonly permissions: readonly string[]
}

/** Pure; `now` in milliseconds since 1970. Who is not active has nothing. */
export function rightsOf(model: Model, subject: Subject, now: number): Rights {
  const { active, grants } = subject.standing
  const current = active ? grants.filter((grant) => isCurrent(grant, now)) : []
  const everywhere = current.filter(({ scope }) => scope === null)
  const permissionsOf = (some: readonly Grant[]) => {
    const { bySpelling } = model.permissionsOf(some.map(({ roleId }) => roleId))
    return [...bySpelling.values()].map(({ permission }) => permissionText(permission)).sort()
  }
  const nameOf = ({ roleId }: Grant) => model.role(roleId)?.name ?? ''
  return {
    roles: distinct(everywhere.map(nameOf)),
    groups: distinct(current.flatMap(({ group }) => (group === null ? [] : [group.name]))),
    permissions: permissionsOf(everywhere),
    limited: current.flatMap((grant) => {
      if (grant.scope === null) return []
      const resource = scopeText(grant.scope)
      return [{ resource, role: nameOf(grant), permissions: permissionsOf([grant]) }]
    }),
  }
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => name !== '').sort()
}
