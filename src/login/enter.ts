import type { Flow } from '../flow/index.ts'
import type { Reply } from '../http/index.ts'
import { originOf } from '../http/index.ts'
import type { User } from '../identity/index.ts'
import { signInBrowser } from '../session/index.ts'
import { continueAt } from './continue.ts'
import type { LoginNeeds } from './needs.ts'
import type { Exchange } from './page-form.ts'
import { returnPath } from './return-path.ts'

type Arrival = {
  readonly person: User
  readonly flow: Flow | undefined
  readonly remember?: boolean
  /** The page of the account to come back to, for a visit without a flow. */
  readonly back?: string | undefined
}

/** Signs in a person who has just proved who they are, and goes on to where they wanted to go. */
export async function enter(
  needs: LoginNeeds,
  { request, reply }: Exchange,
  { person, flow, remember = false, back }: Arrival,
): Promise<Reply> {
  const before = await needs.visits.session(request)
  const device = needs.cookies.device(request, reply)
  const signIn = { person, before, device, remember, origin: originOf(request) }
  const { session, token } = await signInBrowser(needs, signIn)
  needs.cookies.writeSession(reply, token, { remembered: remember })
  const { location } = await continueAt(needs, flow, session)
  const onward = flow === undefined && back !== undefined ? returnPath(back) : location
  return reply.redirect(needs.languages.keep(request, onward), 303)
}
