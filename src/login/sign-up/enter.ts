import type { Flow } from '../../flow/index.ts'
import type { Reply } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import type { User } from '../../identity/index.ts'
import { signInBrowser } from '../../session/index.ts'
import { continueAt } from '../continue.ts'
import type { Exchange } from '../page-form.ts'
import type { SignUpPageNeeds } from './needs.ts'

type Arrival = { readonly person: User; readonly flow: Flow | undefined }

/** Signs in the person whose account was just made, and goes on to where they wanted to go. */
export async function enter(
  needs: SignUpPageNeeds,
  { request, reply }: Exchange,
  { person, flow }: Arrival,
): Promise<Reply> {
  const before = await needs.visits.session(request)
  const device = needs.cookies.device(request, reply)
  const origin = originOf(request)
  const signIn = { person, before, device, remember: false, origin }
  const { session, token } = await signInBrowser(needs, signIn)
  needs.cookies.writeSession(reply, token, { remembered: false })
  const { location } = await continueAt(needs, flow, session)
  return reply.redirect(needs.languages.keep(request, location), 303)
}
