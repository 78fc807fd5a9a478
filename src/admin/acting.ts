import type { UserId } from '../base/index.ts'
import { parseUserId } from '../base/index.ts'
import type { Request } from '../http/index.ts'
import type { By, User, Visitor } from '../identity/index.ts'
import { findUser, identityFailures } from '../identity/index.ts'
import { adminFailures, administrator, freshAdministrator, mayManage } from './administrator.ts'
import type { AdminNeeds } from './needs.ts'

/** An administrator at work, in the words of the audit log. */
export type Acting = { readonly visitor: Visitor; readonly by: Required<By> }

export async function act(needs: AdminNeeds, request: Request): Promise<Acting> {
  const { user } = await administrator(needs, request)
  return actingAs(needs, request, user)
}

/** The same for changes that go deep: who makes them has proved recently who they are. */
export async function actFreshly(needs: AdminNeeds, request: Request): Promise<Acting> {
  const { user } = await freshAdministrator(needs, request)
  return actingAs(needs, request, user)
}

/** The same for changes of somebody whom the administrator may manage. */
export async function actOn(needs: AdminNeeds, request: Request, id: string): Promise<Acting> {
  const { user } = await freshAdministrator(needs, request)
  await mayManage(needs, user.id, userIdOf(id))
  return actingAs(needs, request, user)
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

function actingAs({ visitor: visitorOf }: AdminNeeds, request: Request, { id }: User): Acting {
  const visitor = visitorOf(request)
  return { visitor, by: { actor: `user:${id}`, origin: visitor.origin } }
}
