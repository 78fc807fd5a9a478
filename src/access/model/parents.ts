/** How many levels of roles may stand above one another. */
export const maxDepth = 20

/** Roles by the ids of their parents. */
export type Family = ReadonlyMap<string, readonly string[]>

/**
 * Why a role cannot have these parents: it would be its own ancestor, or the longest line of ancestors
 * through it would be too long. Undefined when it can. Pure.
 */
export function parentsProblem(
  family: Family,
  roleId: string,
  parents: readonly string[],
): 'cycle' | 'depth' | undefined {
  const changed = new Map([...family, [roleId, parents]])
  const above = height(changed, roleId)
  if (above === undefined) return 'cycle'
  // No cycle goes through this role, so the roles below it can be measured as well.
  const below = height(turned(changed), roleId) ?? 0
  return above + below > maxDepth ? 'depth' : undefined
}

/** The length of the longest way up from a role; undefined when one leads in a circle. */
function height(family: Family, roleId: string): number | undefined {
  const known = new Map<string, number>()
  const open = new Set<string>()
  const measure = (id: string): number | undefined => {
    const found = known.get(id)
    if (found !== undefined) return found
    if (open.has(id)) return undefined
    open.add(id)
    let longest = 0
    for (const parent of family.get(id) ?? []) {
      const above = measure(parent)
      if (above === undefined) return undefined
      longest = Math.max(longest, above + 1)
    }
    open.delete(id)
    known.set(id, longest)
    return longest
  }
  return measure(roleId)
}

function turned(family: Family): Family {
  const children = new Map<string, string[]>()
  for (const [id, parents] of family) {
    for (const parent of parents) {
      const list = children.get(parent)
      if (list === undefined) children.set(parent, [id])
      else list.push(id)
    }
  }
  return children
}
