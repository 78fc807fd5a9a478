import { isCurrent } from '../decision/can.ts'
import type { Grant, Subject } from '../decision/subject.ts'
import type { Model } from '../model/compile.ts'
import { permissionText } from '../model/permission.ts'

/** Where something that somebody has comes from, and for what and when it holds. */
export type Held = {
  readonly grant: Grant
  /** The role that was given. */
  readonly given: string
  /** Whether it holds at this moment. */
  readonly current: boolean
}

/** A role that somebody has: given, or an ancestor of a given one. */
export type HeldRole = Held & { readonly id: string; readonly name: string }

/** `definedBy` is the role that has the permission itself: the given one or an ancestor. */
export type HeldPermission = Held & { readonly spelling: string; readonly definedBy: string }

/** Every role that somebody has, given ones before their ancestors, up to `most`. Pure. */
export function heldRoles(
  { model, subject, now }: Asked,
  most: number,
): { readonly roles: readonly HeldRole[]; readonly truncated: boolean } {
  const roles: HeldRole[] = []
  for (const grant of subject.standing.grants) {
    const held = heldBy({ model, subject, now }, grant)
    for (const id of lineOf(model, grant.roleId)) {
      if (roles.length === most) return { roles, truncated: true }
      roles.push({ ...held, id, name: model.role(id)?.name ?? '' })
    }
  }
  return { roles, truncated: false }
}

/** Every permission that somebody has, each as often as it comes from different grants, up to `most`. Pure. */
export function heldPermissions(
  asked: Asked,
  most: number,
): { readonly permissions: readonly HeldPermission[]; readonly truncated: boolean } {
  const permissions: HeldPermission[] = []
  for (const grant of asked.subject.standing.grants) {
    const held = heldBy(asked, grant)
    for (const source of asked.model.permissionsOf([grant.roleId]).bySpelling.values()) {
      if (permissions.length === most) return { permissions, truncated: true }
      const { permission, definedBy } = source
      permissions.push({ ...held, spelling: permissionText(permission), definedBy })
    }
  }
  return { permissions, truncated: false }
}

/** `now` in milliseconds since 1970. */
type Asked = { readonly model: Model; readonly subject: Subject; readonly now: number }

function heldBy({ model, subject, now }: Asked, grant: Grant): Held {
  return {
    grant,
    given: model.role(grant.roleId)?.name ?? '',
    current: subject.standing.active && isCurrent(grant, now),
  }
}

/** A role and its ancestors, the nearest first. */
function lineOf(model: Model, roleId: string): string[] {
  const line = new Set([roleId])
  for (const id of line) for (const parent of model.role(id)?.parents ?? []) line.add(parent)
  return [...line].filter((id) => model.role(id) !== undefined)
}
