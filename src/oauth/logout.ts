import type { ClientCache } from '../clients/index.ts'
import { redirectUriMatches } from '../clients/index.ts'
import type { Parameters } from '../http/index.ts'
import type { Session } from '../session/index.ts'
import { withQuery } from './authorize/redirect.ts'
import { oauthFailures } from './failures.ts'
import type { IdTokenHint } from './id-token.ts'

export type LogoutNeeds = {
  readonly clients: ClientCache
  readonly hint: (token: string) => Promise<IdTokenHint | undefined>
}

export type LogoutDecision = {
  /** False when the person must confirm: nobody may be signed out by a stranger's link (ASVS 10.6.2). */
  readonly confirmed: boolean
  /** Registered address to go to afterwards, with `state`. */
  readonly continueTo: string | undefined
}

/** OpenID Connect RP-Initiated Logout 1.0 sections 2 and 3. */
export async function decideLogout(
  needs: LogoutNeeds,
  parameters: Parameters,
  session: Session | undefined,
): Promise<LogoutDecision> {
  const token = parameters.get('id_token_hint')
  const hint = token === undefined ? undefined : await needs.hint(token)
  if (token !== undefined && hint === undefined) {
    throw oauthFailures.invalid_hint({ parameter: 'id_token_hint' })
  }
  const clientId = parameters.get('client_id') ?? hint?.clientId
  if (hint !== undefined && clientId !== hint.clientId) {
    throw oauthFailures.invalid_hint({ parameter: 'client_id' })
  }
  const continueTo = await checkedRedirect(needs, parameters, clientId)
  const own =
    hint !== undefined &&
    hint.subject === session?.userId &&
    (hint.sid === undefined || hint.sid === session.id)
  return { confirmed: session === undefined || own, continueTo }
}

async function checkedRedirect(
  needs: LogoutNeeds,
  parameters: Parameters,
  clientId: string | undefined,
): Promise<string | undefined> {
  const uri = parameters.get('post_logout_redirect_uri')
  if (uri === undefined) return undefined
  const client = clientId === undefined ? undefined : await needs.clients.find(clientId)
  const registered = client?.metadata.post_logout_redirect_uris ?? []
  if (!registered.some((known) => redirectUriMatches(known, uri))) {
    throw oauthFailures.unregistered_logout_redirect({ parameter: 'post_logout_redirect_uri' })
  }
  const state = parameters.get('state')
  return state === undefined ? uri : withQuery(uri, { state })
}
