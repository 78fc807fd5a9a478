import type { SubjectKey } from '../access/index.ts'
import { outranks } from '../access/index.ts'
import { byOf, callerOf, subjectOf } from '../account/index.ts'
import type { UserId } from '../base/index.ts'
import { parseUserId } from '../base/index.ts'
import type { Request } from '../http/index.ts'
import type { By, User, Visitor } from '../identity/index.ts'
import { findUser, identityFailures } from '../identity/index.ts'
import { adminFailures } from './failures.ts'
import type { AdminNeeds } from './needs.ts'

/** Somebody who administers, in the words of the audit log. The guard has asked for the permission. */
export type Acting = { readonly visitor: Visitor; readonly by: Required<By> }

export function act({ visitor }: Pick<AdminNeeds, 'visitor'>, request: Request): Acting {
  return { visitor: visitor(request), by: byOf(request) }
}

/** The same for changes of somebody whom the caller may manage; fails with 403 and 404. */
export async function actOn(needs: AdminNeeds, request: Request, id: string): Promise<Acting> {
  await mayManage(needs, request, { type: 'user', id: userIdOf(id) })
  return act(needs, request)
}

/**
 * Who has a right over Cardea that the caller lacks is managed by others: a person, or a client that acts for
 * itself, whose new secret would be as good as its rights. Fails with 403.
 */
export async function mayManage(
  { access }: Pick<AdminNeeds, 'access'>,
  request: Request,
  target: SubjectKey,
): Promise<void> {
  const caller = callerOf(request)
  const [model, actor, other] = await Promise.all([
    access.model(),
    access.subject(subjectOf(caller)),
    access.subject(target),
  ])
  // A key reaches no further than its scopes, or else one that may edit people would be worth all they have.
  const scopes = caller.kind === 'api_key' ? caller.scopes : undefined
  if (actor === undefined || !outranks(model, actor, other, scopes)) {
    throw adminFailures.out_of_reach()
  }
}

/**
 * The same for changes of the factors of somebody else. Administrators change their own like everybody
 * does: the ways past a lost factor are open to other people only.
 */
export async function help(
  needs: AdminNeeds,
  request: Request,
  id: string,
): Promise<Acting & { readonly person: User }> {
  const acting = await actOn(needs, request, id)
  const person = await userOf(needs, id)
  if (acting.by.actor === `user:${person.id}`) throw adminFailures.own_account()
  return { ...acting, person }
}

/** The user that a path names; fails with 404. */
export async function userOf(needs: Pick<AdminNeeds, 'db'>, id: string): Promise<User> {
  const user = await findUser(needs.db, userIdOf(id))
  if (user === undefined) throw identityFailures.unknown_user()
  return user
}

export function userIdOf(id: string): UserId {
  const userId = parseUserId(id)
  if (userId === undefined) throw identityFailures.unknown_user()
  return userId
}
