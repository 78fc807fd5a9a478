import type { Permission } from './permission.ts'
import { covers, permissionText } from './permission.ts'

/** Where a permission comes from: the role that was assigned, and the one of its ancestors that has it. */
export type Source = {
  readonly permission: Permission
  /** The assigned role. */
  readonly roleId: string
  /** The role that has the permission itself: the same one or an ancestor. */
  readonly definedBy: string
}

/** Permissions ready to be asked: any question is at most eight look-ups, however many there are. */
export type PermissionSet = {
  readonly bySpelling: ReadonlyMap<string, Source>
}

export function permissionSet(sources: Iterable<Source>): PermissionSet {
  const bySpelling = new Map<string, Source>()
  for (const source of sources) {
    const spelling = permissionText(source.permission)
    if (!bySpelling.has(spelling)) bySpelling.set(spelling, source)
  }
  return { bySpelling }
}

/** The source that allows an action on a type of resource; of several, the one without a condition. */
export function findSource(
  { bySpelling }: PermissionSet,
  resource: string,
  action: string,
  condition: 'none' | 'own',
): Source | undefined {
  const tail = condition === 'own' ? '@own' : ''
  return (
    bySpelling.get(`${resource}:${action}${tail}`) ??
    bySpelling.get(`${resource}:*${tail}`) ??
    bySpelling.get(`*:${action}${tail}`) ??
    bySpelling.get(`*:*${tail}`)
  )
}

/** Whether a permission, wildcards and all, is wholly within a set. */
export function includes({ bySpelling }: PermissionSet, asked: Permission): boolean {
  return [...bySpelling.values()].some(({ permission }) => covers(permission, asked))
}
