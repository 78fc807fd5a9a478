import type { Subject } from '../../mfa/index.ts'
import type { Exchange } from '../confirm-password.ts'
import type { AccountNeeds } from '../needs.ts'
import type { Principal } from '../principal.ts'

/**
 * Who is signed in, for the factors. Challenges and mailed codes belong to the browser, as on pages, or to
 * the session behind the tokens, which nobody can name in a request: it is read from the token.
 */
export function subjectOf(
  needs: Pick<AccountNeeds, 'visitor' | 'cookies'>,
  { request, reply }: Exchange,
  { user, familyId, sessionId }: Principal,
): Subject {
  const { origin, locale } = needs.visitor(request)
  const binding =
    familyId === undefined ? needs.cookies.browser(request, reply) : `session ${sessionId}`
  return { person: user, origin, locale: user.profile.locale ?? locale, binding }
}
