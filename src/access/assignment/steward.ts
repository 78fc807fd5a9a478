import type { Origin } from '../../audit/index.ts'
import type { Clock, Random } from '../../base/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import type { AccessBook } from '../cache/access-book.ts'
import { selectStanding } from '../cache/store.ts'
import { mayGive } from '../decision/outranks.ts'
import type { Subject, SubjectKey } from '../decision/subject.ts'
import { sortGrants } from '../decision/subject.ts'
import { accessFailures } from '../failures.ts'
import type { Model } from '../model/compile.ts'
import { compileModel } from '../model/compile.ts'
import type { Permission } from '../model/permission.ts'
import { covers, parsePermission, reachesCardea } from '../model/permission.ts'
import { ownerRole } from '../model/role.ts'
import { selectAncestry } from '../model/store.ts'

/** What administration of roles stands on. */
export type AccessNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly access: Pick<AccessBook, 'changed'>
}

/** Whose rights limit what is given: somebody's, narrowed to what a key may do, or nobody's. */
export type Giver =
  | 'system'
  | { readonly subject: SubjectKey; readonly scopes?: readonly string[] | undefined }

/** Who changes roles, in the words of the audit log and by whose rights. */
export type Steward = {
  readonly actor: string
  readonly origin?: Origin
  readonly giver: Giver
}

/** Fails with 403 unless the giver has all of these permissions that reach into Cardea itself. */
export async function requireMayGive(
  tx: Tx,
  giver: Giver,
  permissions: readonly Permission[],
): Promise<void> {
  if (giver === 'system') return
  const reaching = permissions.filter(reachesCardea)
  if (reaching.length === 0) return
  const { model, subject } = await loadGiver(tx, giver)
  if (subject === undefined || !mayGive(model, subject, reaching) || !within(giver, reaching)) {
    throw accessFailures.beyond_own_rights()
  }
}

/** Fails with 403 unless the giver is an owner. */
export async function requireOwner(tx: Tx, giver: Giver): Promise<void> {
  if (giver === 'system') return
  const { model, subject } = await loadGiver(tx, giver)
  const isOwner = subject?.generalRoles.some((id) => model.role(id)?.name === ownerRole) === true
  const all = { resource: '*', action: '*', onlyOwn: false }
  if (!isOwner || !within(giver, [all])) throw accessFailures.owners_only()
}

/** What roles come to, with those of their ancestors. */
export async function permissionsOfRoles(
  tx: Tx,
  roleIds: readonly string[],
): Promise<readonly Permission[]> {
  if (roleIds.length === 0) return []
  const model = compileModel(await selectAncestry(tx, roleIds))
  return [...model.permissionsOf(roleIds).bySpelling.values()].map(({ permission }) => permission)
}

/** All that somebody has, at any time and for anything. */
export async function permissionsOfSubject(
  tx: Tx,
  key: SubjectKey,
): Promise<readonly Permission[]> {
  const found = await selectStanding(tx, key)
  const roleIds = found?.standing.grants.map(({ roleId }) => roleId) ?? []
  return permissionsOfRoles(tx, [...new Set(roleIds)])
}

/** Read in the transaction of the change, so that nobody gives what was taken from them a moment ago. */
async function loadGiver(
  tx: Tx,
  { subject: key }: Exclude<Giver, 'system'>,
): Promise<{ model: Model; subject: Subject | undefined }> {
  const found = await selectStanding(tx, key)
  const subject = found?.standing.active === true ? sortGrants(found.standing) : undefined
  const model = compileModel(await selectAncestry(tx, subject?.generalRoles ?? []))
  return { model, subject }
}

/** A key gives no more than it may do itself. */
function within({ scopes }: Exclude<Giver, 'system'>, permissions: readonly Permission[]): boolean {
  if (scopes === undefined) return true
  const allowed = scopes.flatMap((scope) => parsePermission(scope) ?? [])
  return permissions.every((permission) => allowed.some((scope) => covers(scope, permission)))
}
