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

export function permissionSet(
  sources: Iterable<Source>,
  spellingOf: (permission: Permission) => string = permissionText,
): PermissionSet {
  const bySpelling = new Map<string, Source>()
  for (const source of sources) {
    const spelling = spellingOf(source.permission)
    if (!bySpelling.has(spelling)) bySpelling.set(spelling, source)
  }
  return { bySpelling }
}

/** The source that allows an action on a type of resource; of several, the one without a condition. */
export function findSource(
  set: PermissionSet,
  resource: string,
  action: string,
  condition: 'none' | 'own',
): Source | undefined {
  return firstOf(set, spellings(resource, action, condition))
}

/** The permissions that would allow an action, the most exact first, as they are written. */
export function spellings(resource: string, action: string, condition: 'none' | 'own'): string[] {
  const tail = condition === 'own' ? '@own' : ''
  return [
    `${resource}:${action}${tail}`,
    `${resource}:*${tail}`,
    `*:${action}${tail}`,
    `*:*${tail}`,
  ]
}

export function firstOf(
  { bySpelling }: PermissionSet,
  wanted: readonly string[],
): Source | undefined {
  for (const spelling of wanted) {
    const source = bySpelling.get(spelling)
    if (source !== undefined) return source
  }
  return undefined
}

/** Whether a permission, wildcards and all, is wholly within a set. */
export function includes({ bySpelling }: PermissionSet, asked: Permission): boolean {
  return [...bySpelling.values()].some(({ permission }) => covers(permission, asked))
}
