import type { InvalidMember } from '../../base/index.ts'
import { ownPermissions } from './own-permissions.ts'
import type { Permission } from './permission.ts'
import { ownPrefix, parsePermission } from './permission.ts'

/** A permission as somebody wrote it, and where. */
export type Written = { readonly permission: Permission; readonly pointer: string }

export const unknownWords = 'is no permission that is registered'

/** The permissions of a list; what is none is told by a pointer to it. */
export function readPermissions(
  texts: readonly string[],
  pointer: string,
): { readonly written: readonly Written[]; readonly members: readonly InvalidMember[] } {
  const written: Written[] = []
  const members: InvalidMember[] = []
  texts.forEach((text, i) => {
    const permission = parsePermission(text)
    const at = `${pointer}/${i}`
    if (permission !== undefined) written.push({ permission, pointer: at })
    else members.push({ pointer: at, words: 'is no permission such as document:read' })
  })
  return { written, members }
}

/** What is neither registered nor a wildcard of something that there can be. */
export function unknownPermissions(
  written: readonly Written[],
  isRegistered: (permission: Permission) => boolean,
): InvalidMember[] {
  return written
    .filter(({ permission }) => !isRegistered(permission) && !isUsableWildcard(permission))
    .map(({ pointer }) => ({ pointer, words: unknownWords }))
}

export function isWildcard({ resource, action }: Permission): boolean {
  return resource === '*' || action === '*'
}

function isUsableWildcard(permission: Permission): boolean {
  if (!isWildcard(permission)) return false
  const { resource } = permission
  return !resource.startsWith(ownPrefix) || Object.hasOwn(ownPermissions, resource)
}

/** What a permission is registered as, without its condition. */
export function nameOf({ resource, action }: Pick<Permission, 'resource' | 'action'>): string {
  return `${resource}:${action}`
}

/** Each name once: of two, the one without condition. */
export function merged(permissions: readonly Permission[]): Permission[] {
  const byName = new Map<string, Permission>()
  for (const permission of permissions) {
    const name = nameOf(permission)
    const known = byName.get(name)
    if (known === undefined || known.onlyOwn) byName.set(name, permission)
  }
  return [...byName.values()]
}
