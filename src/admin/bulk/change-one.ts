import {
  accessFailures,
  changeMembers,
  covers,
  endAssignment,
  giveRole,
  outranks,
  parsePermission,
} from '../../access/index.ts'
import { accountFailures } from '../../account/index.ts'
import type { UserId } from '../../base/index.ts'
import type { By, Visitor } from '../../identity/index.ts'
import {
  deactivate,
  findUser,
  identityFailures,
  reactivateByAdministrator,
  scheduleDeletion,
} from '../../identity/index.ts'
import { endOtherSessions } from '../../session/index.ts'
import { adminFailures } from '../failures.ts'
import { requireEnrolment } from '../mfa/change-user-mfa.ts'
import type { AdminNeeds } from '../needs.ts'
import type { BulkOperation, OperationName } from './operation.ts'
import { isAboutUsers, operations } from './operation.ts'
import { selectPlainAssignments } from './store.ts'

export type ChangeNeeds = Pick<
  AdminNeeds,
  | 'db'
  | 'clock'
  | 'random'
  | 'queue'
  | 'access'
  | 'mfa'
  | 'account'
  | 'endSessions'
  | 'keepAnOwner'
  | 'describeDevice'
  | 'issuer'
  | 'codeKey'
  | 'hasher'
  | 'passwords'
>

type One = { readonly operation: BulkOperation; readonly userId: UserId }

/**
 * Whether who asked for the operation may do it to this user, now: the permission may have been taken
 * away since, and whoever has rights that the asker lacks is out of reach, as everywhere.
 */
export async function requireMay(
  { access }: Pick<ChangeNeeds, 'access'>,
  { operation, userId }: One,
): Promise<void> {
  const { subject, scopes } = operation.requestedBy
  for (const permission of [operations[operation.operation], 'cardea.bulk:run']) {
    const asked = parsePermission(permission)
    if (asked === undefined) throw new Error(`${permission} is no permission`)
    const single = isAboutUsers(operation.operation) && permission !== 'cardea.bulk:run'
    const resource = { type: asked.resource, id: single ? userId : undefined }
    const { allowed } = await access.decide(subject, { resource, action: asked.action })
    const wide = scopes?.flatMap((scope) => parsePermission(scope) ?? [])
    const within = wide === undefined || wide.some((scope) => covers(scope, asked))
    if (!allowed || !within) throw accountFailures.forbidden({ log: { permission } })
  }
  const [model, actor, other] = await Promise.all([
    access.model(),
    access.subject(subject),
    access.subject({ type: 'user', id: userId }),
  ])
  if (actor === undefined || !outranks(model, actor, other, scopes ?? undefined)) {
    throw adminFailures.out_of_reach()
  }
}

type Change = (needs: ChangeNeeds, one: One, context: Context) => Promise<unknown>
type Context = { readonly by: Required<By>; readonly visitor: Visitor }

/** Each through the use case of the single route. */
const changes: Readonly<Record<OperationName, Change>> = {
  deactivate: (needs, { userId }, context) =>
    deactivate(needs, { userId, basedOn: 'any', by: 'administrator' }, context),
  reactivate: (needs, { userId }, { by }) => reactivateByAdministrator(needs, userId, by),
  end_sessions: async (needs, { userId }, { by }) => {
    if ((await findUser(needs.db, userId)) === undefined) throw identityFailures.unknown_user()
    await endOtherSessions(needs, { userId, ...by })
  },
  delete: (needs, { userId }, context) =>
    scheduleDeletion(needs, { userId, basedOn: 'any', by: 'administrator' }, context),
  assign_role: (needs, one, { by }) => {
    const { role = '' } = one.operation.parameters
    return giveRole(needs, { role, holder: { type: 'user', id: one.userId } }, stewardOf(one, by))
  },
  unassign_role: async (needs, one, { by }) => {
    const { role = '' } = one.operation.parameters
    const ids = await selectPlainAssignments(needs.db, one.userId, role)
    if (ids.length === 0) throw accessFailures.unknown_assignment()
    for (const id of ids) await endAssignment(needs, id, stewardOf(one, by))
  },
  add_to_group: (needs, one, { by }) => {
    const { group: groupId = '' } = one.operation.parameters
    return changeMembers(needs, { groupId, add: [one.userId] }, stewardOf(one, by))
  },
  remove_from_group: (needs, one, { by }) => {
    const { group: groupId = '' } = one.operation.parameters
    return changeMembers(needs, { groupId, remove: [one.userId] }, stewardOf(one, by))
  },
  require_enrolment: async (needs, { userId }, { by }) => {
    const person = await findUser(needs.db, userId)
    if (person === undefined) throw identityFailures.unknown_user()
    if (by.actor === `user:${userId}`) throw adminFailures.own_account()
    await requireEnrolment(needs, { person, by })
  },
}

/** Makes the change as who asked for the operation; its entries bear the id of the operation. */
export async function changeOne(needs: ChangeNeeds, one: One): Promise<void> {
  const { id, operation, requestedBy, requestOrigin } = one.operation
  const origin = { ip: '', ...requestOrigin, requestId: id }
  const by = { actor: requestedBy.actor, origin }
  await changes[operation](needs, one, { by, visitor: { origin, locale: 'en' } })
}

function stewardOf({ operation }: One, by: Required<By>) {
  const { subject, scopes } = operation.requestedBy
  return { ...by, giver: { subject, ...(scopes !== null && { scopes }) } }
}
