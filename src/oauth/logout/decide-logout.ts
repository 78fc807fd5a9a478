/**
 * logout: signing out by applications, and telling them of it (RP-Initiated, Back-Channel and Front-Channel Logout,
 * Session Management). Which clients hear of an end is known to `session`; the pages are those of `login`.
 */

import type { UserId } from '../../base/index.ts'
import { comparisonKey, isUuid } from '../../base/index.ts'
import type { Client, ClientCache } from '../../clients/index.ts'
import type { Db } from '../../db/index.ts'
import type { Parameters } from '../../http/index.ts'
import { findUser } from '../../identity/index.ts'
import type { Session } from '../../session/index.ts'
import { isKnownAs } from '../../session/index.ts'
import { withQuery } from '../authorize/redirect.ts'
import { oauthFailures } from '../failures.ts'
import type { IdTokenHint } from '../id-token.ts'
import type { Subjects } from '../subject.ts'

export type LogoutNeeds = {
  readonly db: Db
  readonly clients: ClientCache
  readonly subjects: Subjects
  readonly hint: (token: string) => Promise<IdTokenHint | undefined>
}

export type LogoutDecision = {
  /** False when the person must confirm: nobody may be signed out by a stranger's link (ASVS 10.6.2). */
  readonly confirmed: boolean
  /** Who asks. */
  readonly client: Client | undefined
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
  // One that is encrypted to the client can be read by nobody else and is refused too.
  if (token !== undefined && hint === undefined) {
    throw oauthFailures.invalid_hint({ parameter: 'id_token_hint' })
  }
  const clientId = parameters.get('client_id') ?? hint?.clientId
  if (hint !== undefined && clientId !== hint.clientId) {
    throw oauthFailures.invalid_hint({ parameter: 'client_id' })
  }
  const client = clientId === undefined ? undefined : await needs.clients.find(clientId)
  const address = checkedRedirect(parameters, client)
  // Section 3: without an ID token only where somebody has looked at who asks; a stranger's link leads nowhere else.
  const trusted = hint !== undefined || client?.registeredBy === 'administrator'
  const continueTo = trusted ? address : undefined
  if (session === undefined) return { confirmed: true, client, continueTo }
  const own =
    client !== undefined && hint !== undefined && (await isOf(needs, hint, client, session))
  const confirmed = own && (await isMeant(needs, parameters.get('logout_hint'), session))
  return { confirmed, client, continueTo }
}

/** Whether an ID token is about the person of this session, and was given in it. */
async function isOf(
  { db, subjects }: LogoutNeeds,
  { subject, sid, clientId }: IdTokenHint,
  client: Client,
  session: Session,
): Promise<boolean> {
  if (subject !== subjects.of(client, session.userId)) return false
  if (sid === undefined || sid === session.id) return true
  // The same person may have signed in again in this browser since.
  return isUuid(sid) && isKnownAs(db, session.id, { clientId, sid })
}

/** A `logout_hint` only ever makes us ask: for somebody else than who is signed in here (section 2). */
async function isMeant(
  { db }: LogoutNeeds,
  logoutHint: string | undefined,
  { id, userId }: { readonly id: string; readonly userId: UserId },
): Promise<boolean> {
  if (logoutHint === undefined || logoutHint === id || logoutHint === userId) return true
  const user = await findUser(db, userId)
  const names = [user?.username, user?.email].flatMap((name) => name ?? [])
  return names.some((name) => comparisonKey(name) === comparisonKey(logoutHint))
}

function checkedRedirect(parameters: Parameters, client: Client | undefined): string | undefined {
  const uri = parameters.get('post_logout_redirect_uri')
  if (uri === undefined) return undefined
  if (client?.metadata.post_logout_redirect_uris.includes(uri) !== true) {
    throw oauthFailures.unregistered_logout_redirect({ parameter: 'post_logout_redirect_uri' })
  }
  const state = parameters.get('state')
  return state === undefined ? uri : withQuery(uri, { state })
}
