import type { Permission } from './permission.ts'
import type { PermissionSet, Source } from './permission-set.ts'
import { permissionSet } from './permission-set.ts'

/** A role as the rules see it. */
export type RoleNode = {
  readonly id: string
  readonly name: string
  readonly parents: readonly string[]
  readonly permissions: readonly Permission[]
}

/** All roles, ready to be asked. What a set of roles comes to is worked out once and shared by all who have it. */
export type Model = {
  readonly role: (id: string) => RoleNode | undefined
  /** The permissions of roles and of all their ancestors. Unknown ids count for nothing. */
  readonly permissionsOf: (roleIds: readonly string[]) => PermissionSet
  readonly size: () => { readonly roles: number; readonly sets: number }
}

/** Sets that are kept; beyond it the oldest goes and is worked out again when asked for. */
const maxSets = 50_000

export function compileModel(nodes: readonly RoleNode[]): Model {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const sets = new Map<string, PermissionSet>()
  return {
    role: (id) => byId.get(id),
    permissionsOf(roleIds) {
      const key = [...new Set(roleIds)].sort().join(' ')
      const known = sets.get(key)
      if (known !== undefined) return known
      const made = permissionSet(roleIds.flatMap((id) => sourcesOf(byId, id)))
      const oldest = sets.size >= maxSets ? sets.keys().next().value : undefined
      if (oldest !== undefined) sets.delete(oldest)
      sets.set(key, made)
      return made
    },
    size: () => ({ roles: byId.size, sets: sets.size }),
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

/** Whether giving a role these parents would make it its own ancestor. */
export function wouldCycle(
  roleId: string,
  parents: readonly string[],
  parentsOf: (id: string) => readonly string[],
): boolean {
  const seen = new Set(parents)
  for (const id of seen) {
    if (id === roleId) return true
    for (const parent of parentsOf(id)) seen.add(parent)
  }
  return false
}
