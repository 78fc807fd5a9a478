/**
 * ciba: a client asks somebody who answers on a device of their own (OpenID Connect CIBA Core).
 * Owns `backchannel_requests` and the jobs that tell person, hook and client. Polling and the grant that comes of
 * it are those of `device`; the pages are those of `account`.
 */

import type { Clock, Random } from '../../base/index.ts'
import { addSeconds, hasControls, newId, randomToken, sha256 } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import { demandsOf, isPublic } from '../../clients/index.ts'
import type { Db } from '../../db/index.ts'
import type { Parameters } from '../../http/index.ts'
import type { Queue } from '../../jobs/index.ts'
import type { Sealer } from '../../keys/index.ts'
import type { ClientAuthNeeds } from '../client-auth/authenticate.ts'
import { authenticateClient } from '../client-auth/authenticate.ts'
import type { DetailNeeds } from '../details/requested.ts'
import { askedElsewhere } from '../device/start-device.ts'
import type { AskedElsewhere } from '../device/waiting.ts'
import { oauthFailures } from '../failures.ts'
import type { ProtocolRequest } from '../protocol-request.ts'
import type { ProtocolSettings } from '../settings.ts'
import { cibaFailures } from './failures.ts'
import type { HintNeeds } from './hinted-user.ts'
import { hintedUser } from './hinted-user.ts'
import { backchannelHookJob, backchannelLetterJob } from './jobs.ts'
import { ciba } from './metadata.ts'
import type { ReadRequestNeeds } from './read-request.ts'
import { readBackchannel } from './read-request.ts'
import type { NewRequest } from './store.ts'
import { insertBackchannelRequest } from './store.ts'

export type BackchannelNeeds = DetailNeeds &
  HintNeeds &
  ReadRequestNeeds & {
    readonly db: Db
    readonly clock: Clock
    readonly random: Random
    readonly queue: Queue
    readonly sealer: Sealer
    readonly clientAuth: ClientAuthNeeds
    readonly protocol: Pick<
      ProtocolSettings,
      'backchannelLifetime' | 'backchannelInterval' | 'backchannelHookUrl'
    >
  }

export type BackchannelAnswer = {
  readonly auth_req_id: string
  readonly expires_in: number
  readonly interval: number
}

/** What may wait for one person at a time, from all clients. */
const mostWaiting = 20

/** CIBA Core sections 7.1 to 7.3: a client asks a person who is not there. */
export async function startBackchannel(
  needs: BackchannelNeeds,
  request: ProtocolRequest,
): Promise<BackchannelAnswer> {
  const client = await authenticateClient(needs.clientAuth, request)
  if (isPublic(client)) throw cibaFailures.confidential_only()
  if (!client.metadata.grant_types.includes(ciba)) throw oauthFailures.grant_not_allowed()
  const read = await readBackchannel(needs, client, request)
  const { parameters } = read
  const asked = { ...(await askedElsewhere(needs, client, read)), ...wishOf(client, parameters) }
  if (!asked.scopes.includes('openid')) throw oauthFailures.invalid_scope({ parameter: 'scope' })
  const bindingMessage = messageOf(parameters) ?? null
  requireContext(client, asked, bindingMessage)
  const lifetime = lifetimeOf(needs, parameters)
  const token = notificationToken(client, parameters)
  const { ip } = request.origin
  const user = await hintedUser(needs, parameters, { client, ip })
  const requestId = randomToken(needs.random)
  const now = needs.clock.now()
  const id = newId(needs.clock, needs.random)
  const notification = { auth_req_id: requestId, token }
  await keep(needs, {
    id,
    digest: sha256(requestId),
    clientId: client.clientId,
    asked,
    bindingMessage,
    sealedNotification:
      token === undefined ? null : needs.sealer.seal(JSON.stringify(notification), sealedFor(id)),
    userId: user.id,
    createdAt: now,
    expiresAt: addSeconds(now, lifetime),
  })
  const interval = needs.protocol.backchannelInterval
  return { auth_req_id: requestId, expires_in: lifetime, interval }
}

/** The place of what is sealed with a request. */
export const sealedFor = (id: string) => `backchannel_requests:${id}`

function keep(needs: BackchannelNeeds, request: NewRequest): Promise<void> {
  const { queue, protocol } = needs
  return needs.db.transaction(async (tx) => {
    if ((await insertBackchannelRequest(tx, request, mostWaiting)) === 0)
      throw cibaFailures.too_many_waiting()
    const { id } = request
    await queue.add(tx, backchannelLetterJob, { id })
    if (protocol.backchannelHookUrl !== '') await queue.add(tx, backchannelHookJob, { id })
  })
}

function wishOf({ metadata }: Client, parameters: Parameters): Pick<AskedElsewhere, 'acr'> {
  const named = parameters.get('acr_values')?.split(' ')
  const wished = named ?? metadata.default_acr_values ?? []
  const values = wished.filter((value) => value !== '')
  return values.length === 0 ? {} : { acr: { values, essential: false } }
}

/** Characters: it is read on a small display (CIBA Core section 7.1). */
const longestMessage = 100
/** What changes the direction of a text, or cannot be seen, could show another message than was meant. */
const invisible = /[\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/u

function messageOf(parameters: Parameters): string | undefined {
  const message = parameters.get('binding_message')
  if (message === undefined) return undefined
  if (message.length > longestMessage || hasControls(message) || invisible.test(message))
    throw cibaFailures.invalid_binding_message({ parameter: 'binding_message' })
  return message
}

/** FAPI-CIBA section 5.2.2, item 2: the person must be able to tell one request from another. */
function requireContext(client: Client, { details }: AskedElsewhere, message: string | null): void {
  if (demandsOf(client).strictRequests && message === null && details === null)
    throw oauthFailures.missing_parameter({ parameter: 'binding_message' })
}

/** Seconds; a client may ask for less than the setting. */
function lifetimeOf({ protocol }: BackchannelNeeds, parameters: Parameters): number {
  const text = parameters.get('requested_expiry')
  if (text === undefined) return protocol.backchannelLifetime
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw oauthFailures.malformed_parameter({ parameter: 'requested_expiry' })
  return Math.min(Number(text), protocol.backchannelLifetime)
}

/** CIBA Core section 7.1: in ping mode a bearer token of the client, of at most 1024 characters. */
function notificationToken({ metadata }: Client, parameters: Parameters): string | undefined {
  if (metadata.backchannel_token_delivery_mode !== 'ping') return undefined
  const parameter = 'client_notification_token'
  const token = parameters.get(parameter)
  if (token === undefined) throw oauthFailures.missing_parameter({ parameter })
  if (token.length > 1024 || !/^[\w.~+/-]+=*$/.test(token))
    throw oauthFailures.malformed_parameter({ parameter })
  return token
}
