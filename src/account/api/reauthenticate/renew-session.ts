import type { SessionId } from '../../../base/index.ts'
import { originOf } from '../../../http/index.ts'
import type { Assurance } from '../../../mfa/index.ts'
import { reauthenticate, reauthenticateApi } from '../../../session/index.ts'
import type { Exchange } from '../../confirm-password.ts'
import type { AccountNeeds } from '../../needs.ts'
import type { Principal } from '../../principal.ts'

type Renewal = { readonly principal: Principal; readonly proved: Assurance }

/**
 * Lets a session stand for what was proved now: a browser gets a new one in its place (ASVS 7.2.4), that
 * of an application learns it. Returns the id of the session that goes on.
 */
export async function renewSession(
  needs: AccountNeeds,
  { request, reply }: Exchange,
  { principal, proved }: Renewal,
): Promise<SessionId> {
  const { user, sessionId: id, browserSession: before } = principal
  const origin = originOf(request)
  if (before === undefined) {
    await reauthenticateApi(needs, { userId: user.id, id, proved, origin })
    return id
  }
  const { session, token } = await reauthenticate(needs, before, { proved, origin })
  needs.cookies.writeSession(reply, token, session)
  return session.id
}
