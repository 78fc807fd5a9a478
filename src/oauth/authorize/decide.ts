import type { Failure } from '../../base/index.ts'
import type { Judgement } from '../../mfa/index.ts'
import type { Session } from '../../session/index.ts'
import { oauthFailures } from '../failures.ts'
import type { AuthorizationRequest } from './request.ts'

export type Decision =
  | { readonly do: 'issue'; readonly session: Session }
  | { readonly do: 'interact'; readonly authenticatedSince: number; readonly chooseSince?: number }
  | { readonly do: 'refuse'; readonly failure: Failure }

export type Situation = {
  readonly session: Session | undefined
  /** The person of the session as the client knows them. */
  readonly subject: string | undefined
  /** Whether what the session stands for is enough for this client and request. */
  readonly judgement: Judgement
  readonly consentNeeded: boolean
  readonly consentCovered: boolean
  readonly now: Date
}

/** Issue a code at once, send the person through the pages, or tell the client why not (OIDC Core 3.1.2). */
export function decideAuthorization(request: AuthorizationRequest, situation: Situation): Decision {
  const { session, now } = situation
  const { prompts } = request
  // Another person than the one that is asked for must make room: OIDC Core 3.1.2.1, `id_token_hint`.
  const another = session !== undefined && !isAsked(request, situation.subject)
  const authenticatedSince = another ? now.getTime() : demandedSince(request, now)
  const silent = prompts.has('none')
  // Nobody is asked to choose who has just been told to make an account, or to make room.
  const choose = prompts.has('select_account') && !prompts.has('create') && !another
  const interact: Decision = {
    do: 'interact',
    authenticatedSince,
    ...(choose && { chooseSince: now.getTime() }),
  }
  const authenticated =
    session !== undefined && !another && session.authTime.getTime() >= authenticatedSince
  if (!authenticated) {
    return silent ? { do: 'refuse', failure: oauthFailures.login_required() } : interact
  }
  if (choose) return interact // OIDC Core 3.1.2.1
  const { judgement } = situation
  if (judgement.do === 'refuse')
    return { do: 'refuse', failure: oauthFailures.unmet_authentication() }
  if (judgement.do !== 'pass') {
    return silent ? { do: 'refuse', failure: oauthFailures.interaction_required() } : interact
  }
  const ask = prompts.has('consent') || (situation.consentNeeded && !situation.consentCovered)
  if (!ask) return { do: 'issue', session }
  return silent ? { do: 'refuse', failure: oauthFailures.consent_required() } : interact
}

/** Whether the client would take this person (OIDC Core 3.1.2.2 and 5.5.1). */
export function isAsked(
  { subjects }: Pick<AuthorizationRequest, 'subjects'>,
  subject: string | undefined,
): boolean {
  return subjects === undefined || (subject !== undefined && subjects.includes(subject))
}

/** The moment since when the person must have signed in: `prompt=login` is now, `max_age` a while ago. */
function demandedSince({ prompts, maxAge }: AuthorizationRequest, now: Date): number {
  if (prompts.has('login') || prompts.has('create')) return now.getTime()
  return maxAge === undefined ? 0 : now.getTime() - maxAge * 1000
}
