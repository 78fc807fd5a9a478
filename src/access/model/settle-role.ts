import type { InvalidMember } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import { permissionsOfRoles, requireMayGive } from '../assignment/steward.ts'
import type { Giver } from '../assignment/steward.ts'
import { accessFailures } from '../failures.ts'
import { maxDepth, parentsProblem } from './parents.ts'
import type { Permission } from './permission.ts'
import type { Drafted, RoleDraft } from './role-draft.ts'
import { difference } from './role-draft.ts'
import type { Written } from './spellings.ts'
import { isWildcard, merged, nameOf, unknownPermissions } from './spellings.ts'
import {
  insertPermissions,
  replaceParents,
  replacePermissions,
  selectFamily,
  selectRegistered,
  selectRoleIds,
} from './store.ts'

type Settling = {
  readonly id: string
  /** Undefined for a role that is not there yet. */
  readonly before: RoleDraft | undefined
  readonly drafted: Drafted
  readonly giver: Giver
}

/**
 * Checks what a role is to become against what there is; the ids of its parents. Fails with 400, and with
 * 403 when the change gives or takes away what the giver lacks: all who have the role have it then.
 */
export async function judgeDraft(tx: Tx, settling: Settling): Promise<readonly string[]> {
  const { id, before, drafted, giver } = settling
  const { draft } = drafted
  const unknown = await unknownIn(tx, drafted.named)
  const parents = await findParents(tx, id, drafted)
  const members = [...drafted.members, ...unknown, ...parents.members]
  if (members.length > 0) throw accessFailures.invalid_role({ members })
  const was = before === undefined ? [] : await permissionsOfRoles(tx, [id])
  const inherited = await permissionsOfRoles(tx, parents.ids)
  const becomes = [...draft.permissions, ...inherited]
  const renamed = before !== undefined && before.name !== draft.name
  await requireMayGive(tx, giver, renamed ? [...was, ...becomes] : difference(was, becomes))
  return parents.ids
}

async function unknownIn(tx: Tx, named: readonly Written[]): Promise<InvalidMember[]> {
  if (named.length === 0) return []
  const found = await selectRegistered(
    tx,
    named.map(({ permission }) => permission),
  )
  const registered = new Set(found.map(nameOf))
  return unknownPermissions(named, (permission) => registered.has(nameOf(permission)))
}

async function findParents(
  tx: Tx,
  id: string,
  { draft, namedParents }: Drafted,
): Promise<{ ids: readonly string[]; members: readonly InvalidMember[] }> {
  const found = await selectRoleIds(tx, draft.parents)
  const known = new Set(found.map(({ name }) => name))
  const ids = found.map((role) => role.id)
  const members = namedParents
    .filter(({ name }) => !known.has(name) && draft.parents.includes(name))
    .map(({ pointer }) => ({ pointer, words: 'is no role' }))
  if (members.length > 0 || namedParents.length === 0) return { ids, members }
  const problem = parentsProblem(await selectFamily(tx), id, ids)
  const words = {
    cycle: 'would make the role its own ancestor',
    depth: `would make more than ${maxDepth} levels of roles`,
  }
  return { ids, members: problem ? [{ pointer: '/parents', words: words[problem] }] : [] }
}

/** Writes what a role consists of. Wildcards are registered when a role first has them. */
export async function writeParts(
  tx: Tx,
  id: string,
  parts: {
    readonly parents: readonly string[]
    readonly permissions: readonly Permission[]
    readonly at: Date
  },
): Promise<void> {
  const wildcards = parts.permissions.filter(isWildcard)
  if (wildcards.length > 0) await insertPermissions(tx, merged(wildcards), parts.at)
  await replacePermissions(tx, id, parts.permissions)
  await replaceParents(tx, id, parts.parents)
}
