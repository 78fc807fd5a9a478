import type { InvalidMember } from '../../base/index.ts'
import { isStorable } from '../../base/index.ts'
import { builtInRoles } from './built-in-roles.ts'
import type { Permission } from './permission.ts'
import { permissionText } from './permission.ts'
import type { Role } from './role.ts'
import { isRoleName, ownerRole } from './role.ts'
import type { Written } from './spellings.ts'
import { merged, readPermissions } from './spellings.ts'

export const maxParents = 50
export const maxPermissions = 1000

/** What somebody wants of a role; permissions as they are written, parents by name. */
export type RoleChange = {
  readonly name?: string
  readonly description?: string
  /** All of them, in place of the ones before. */
  readonly parents?: readonly string[]
  readonly add_parents?: readonly string[]
  readonly remove_parents?: readonly string[]
  readonly permissions?: readonly string[]
  readonly add_permissions?: readonly string[]
  readonly remove_permissions?: readonly string[]
}

export type RoleDraft = Pick<Role, 'name' | 'description' | 'parents' | 'permissions'>

export const blankRole: RoleDraft = { name: '', description: '', parents: [], permissions: [] }

export type Drafted = {
  readonly draft: RoleDraft
  /** Permissions and parents that were named to be there, and where. */
  readonly named: readonly Written[]
  readonly namedParents: readonly { readonly name: string; readonly pointer: string }[]
  readonly members: readonly InvalidMember[]
}

/** What a role becomes by a change, and what is wrong with that as far as the change alone tells. Pure. */
export function draftRole(before: RoleDraft, change: RoleChange): Drafted {
  const whole = readPermissions(change.permissions ?? [], '/permissions')
  const added = readPermissions(change.add_permissions ?? [], '/add_permissions')
  const removed = readPermissions(change.remove_permissions ?? [], '/remove_permissions')
  const named = [...whole.written, ...added.written]
  const gone = new Set(removed.written.map(({ permission }) => permissionText(permission)))
  const kept = change.permissions === undefined ? before.permissions : []
  const draft = {
    name: change.name ?? before.name,
    description: change.description ?? before.description,
    parents: parentsAfter(before, change),
    permissions: merged([...kept, ...named.map(({ permission }) => permission)]).filter(
      (permission) => !gone.has(permissionText(permission)),
    ),
  }
  const members = [...whole.members, ...added.members, ...removed.members, ...problemsOf(draft)]
  return { draft, named, namedParents: namedParents(change), members }
}

function parentsAfter(before: RoleDraft, change: RoleChange): string[] {
  const { parents = before.parents, add_parents: more = [], remove_parents: less = [] } = change
  return [...new Set([...parents, ...more])].filter((name) => !less.includes(name))
}

function namedParents({ parents = [], add_parents: more = [] }: RoleChange) {
  return [
    ...parents.map((name, i) => ({ name, pointer: `/parents/${i}` })),
    ...more.map((name, i) => ({ name, pointer: `/add_parents/${i}` })),
  ]
}

function problemsOf({ name, description, parents, permissions }: RoleDraft): InvalidMember[] {
  const problems: (InvalidMember | false)[] = [
    !isRoleName(name) && {
      pointer: '/name',
      words: 'must be 1 to 100 of a-z, 0-9 and _ . : - and begin with a letter or digit',
    },
    !isStorable(description) && { pointer: '/description', words: 'cannot be stored' },
    parents.length > maxParents && { pointer: '/parents', words: 'are more than 50' },
    // Owners are counted by their own assignments, so the role is given directly or not at all.
    parents.includes(ownerRole) && { pointer: '/parents', words: 'cannot hold the role owner' },
    permissions.length > maxPermissions && { pointer: '/permissions', words: 'are more than 1000' },
  ]
  return problems.filter((problem) => problem !== false)
}

/** Whether a change would take from a role of Cardea what makes it that role. Pure. */
export function breaksBuiltIn(before: Role, draft: RoleDraft): boolean {
  if (!before.builtIn) return false
  if (before.name === ownerRole || draft.name !== before.name) return true
  const kept = new Set(draft.permissions.map(permissionText))
  const had = before.permissions.map(permissionText)
  const own = new Set(builtInRoles.get(before.name))
  return had.some((spelling) => own.has(spelling) && !kept.has(spelling))
}

/** What is in one list and not in the other, by how it is written. Pure. */
export function difference(a: readonly Permission[], b: readonly Permission[]): Permission[] {
  const inA = new Set(a.map(permissionText))
  const inB = new Set(b.map(permissionText))
  return [
    ...a.filter((permission) => !inB.has(permissionText(permission))),
    ...b.filter((permission) => !inA.has(permissionText(permission))),
  ]
}
