import type { Permission } from './permission.ts'
import { permissionText } from './permission.ts'
import type { PermissionSet, Source } from './permission-set.ts'
import { permissionSet } from './permission-set.ts'

/** A role as the rules see it. */
export type RoleNode = {
  readonly id: string
  readonly name: string
  readonly parents: readonly string[]
  readonly permissions: readonly Permission[]
}

/** All roles, ready to be asked. What a role comes to is worked out once and shared by all who have it. */
export type Model = {
  readonly role: (id: string) => RoleNode | undefined
  readonly roles: () => Iterable<RoleNode>
  /** The permissions of a role and of all its ancestors. An unknown id counts for nothing. */
  readonly ofRole: (roleId: string) => PermissionSet
  /** The permissions of several roles together. */
  readonly permissionsOf: (roleIds: readonly string[]) => PermissionSet
  readonly size: () => { readonly roles: number; readonly sets: number }
}

const nothing = permissionSet([])

export function compileModel(nodes: readonly RoleNode[]): Model {
  const { shared, spellingOf } = createSpellings()
  const byId = new Map(
    nodes.map((node) => [node.id, { ...node, permissions: node.permissions.map(shared) }]),
  )
  const sets = new Map<string, PermissionSet>()
  const ofRole = (id: string): PermissionSet => {
    if (!byId.has(id)) return nothing
    const known = sets.get(id)
    if (known !== undefined) return known
    const made = permissionSet(sourcesOf(byId, id), spellingOf)
    sets.set(id, made)
    return made
  }
  return {
    role: (id) => byId.get(id),
    roles: () => byId.values(),
    ofRole,
    permissionsOf(roleIds) {
      const ids = [...new Set(roleIds)].sort()
      const [only = '', ...more] = ids
      if (more.length === 0) return ofRole(only)
      const sources = ids.flatMap((id) => [...ofRole(id).bySpelling.values()])
      return permissionSet(sources, spellingOf)
    },
    size: () => ({ roles: byId.size, sets: sets.size }),
  }
}

/** Many roles have the same permissions: each is kept once, and so is the way it is written. */
function createSpellings() {
  const bySpelling = new Map<string, Permission>()
  const spellings = new Map<Permission, string>()
  return {
    shared: (permission: Permission): Permission => {
      const spelling = permissionText(permission)
      const known = bySpelling.get(spelling)
      if (known !== undefined) return known
      bySpelling.set(spelling, permission)
      spellings.set(permission, spelling)
      return permission
    },
    spellingOf: (permission: Permission): string =>
      spellings.get(permission) ?? permissionText(permission),
  }
}

/** A role before its ancestors, each once; a cycle, which the database refuses, would end here as well. */
function sourcesOf(byId: ReadonlyMap<string, RoleNode>, roleId: string): Source[] {
  const sources: Source[] = []
  const seen = new Set([roleId])
  for (const id of seen) {
    const node = byId.get(id)
    if (node === undefined) continue
    for (const permission of node.permissions) {
      sources.push({ permission, roleId, definedBy: node.name })
    }
    for (const parent of node.parents) seen.add(parent)
  }
  return sources
}
