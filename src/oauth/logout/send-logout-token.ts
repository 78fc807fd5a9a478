import type { Clock, Random } from '../../base/index.ts'
import { numericDate, randomToken } from '../../base/index.ts'
import type { Client, ClientCache } from '../../clients/index.ts'
import { GiveUp } from '../../jobs/index.ts'
import type { Outgoing } from '../../outgoing/index.ts'
import { OutgoingError } from '../../outgoing/index.ts'
import type { EndedSession } from '../../session/index.ts'
import type { AnswerNeeds } from '../answer.ts'
import { answerJwt } from '../answer.ts'
import type { Subjects } from '../subject.ts'

export type LogoutTokenNeeds = AnswerNeeds & {
  readonly clock: Clock
  readonly random: Random
  readonly issuer: string
  readonly clients: ClientCache
  readonly subjects: Subjects
  readonly outgoing: Outgoing
}

/** Seconds: recommended to be at most two minutes (OpenID Connect Back-Channel Logout 1.0 section 2.4). */
const lifetime = 120
const event = 'http://schemas.openid.net/event/backchannel-logout'

/**
 * Tells one client that a session has ended (OpenID Connect Back-Channel Logout 1.0 section 2.5). The token is made
 * now, so that one that waited long is as fresh as the first. Fails when it should be tried again.
 */
export async function sendLogoutToken(
  needs: LogoutTokenNeeds,
  { userId, clientId, sid }: EndedSession,
): Promise<void> {
  const client = await needs.clients.find(clientId)
  const uri = client?.metadata.backchannel_logout_uri
  if (client === undefined || uri === undefined) return
  const token = await logoutToken(needs, client, { sub: needs.subjects.of(client, userId), sid })
  const body = new URLSearchParams({ logout_token: token }).toString()
  const contentType = 'application/x-www-form-urlencoded'
  const { status } = await needs.outgoing.post(uri, { contentType, body }).catch(hopeless)
  if (status >= 200 && status < 300) return
  // Section 2.8: the client says that it will never accept it.
  if (status === 400) throw new GiveUp(`the client ${clientId} refused a logout token`)
  throw new Error(`the client ${clientId} answered a logout token with ${status}`)
}

/** Section 2.4; never a nonce, so that it cannot be taken for an ID token. */
function logoutToken(
  needs: LogoutTokenNeeds,
  client: Client,
  { sub, sid }: { readonly sub: string; readonly sid: string },
): Promise<string> {
  const iat = numericDate(needs.clock.now())
  const payload = () => ({
    iss: needs.issuer,
    aud: client.clientId,
    iat,
    exp: iat + lifetime,
    jti: randomToken(needs.random, 16),
    events: { [event]: {} },
    sub,
    sid,
  })
  return answerJwt(needs, client, 'id_token', { typ: 'logout+jwt', payload })
}

/** An address that may never be asked is not asked again. */
function hopeless(error: unknown): never {
  const never = ['bad_url', 'not_https', 'forbidden_address']
  if (error instanceof OutgoingError && never.includes(error.trouble)) {
    throw new GiveUp('the address of the client may not be asked', { cause: error })
  }
  throw error
}
