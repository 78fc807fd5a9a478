/**
 * device: grants for devices without a browser (RFC 8628), and what a client does that polls, for `ciba` too.
 * Owns `device_requests`. The page where the code is typed is that of `login`, which gets `answer-device.ts` as an
 * interface.
 */

import type { Clock, Random } from '../../base/index.ts'
import { addSeconds, newId, randomToken, sha256 } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import { allowedScopes, isPublic } from '../../clients/index.ts'
import type { Db } from '../../db/index.ts'
import type { Limits } from '../../limits/index.ts'
import type { ClientAuthNeeds } from '../client-auth/authenticate.ts'
import { authenticateClient } from '../client-auth/authenticate.ts'
import type { DetailNeeds } from '../details/requested.ts'
import { requestedDetails } from '../details/requested.ts'
import { oauthFailures } from '../failures.ts'
import type { ProtocolRequest } from '../protocol-request.ts'
import { requestedResources } from '../resources/requested.ts'
import { grantScopes, parseScope } from '../scope.ts'
import type { ProtocolSettings } from '../settings.ts'
import { insertDeviceRequest } from './store.ts'
import { newUserCode, userCodeDigest } from './user-code.ts'
import type { AskedElsewhere } from './waiting.ts'

export const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code'

export type DeviceNeeds = DetailNeeds & {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly issuer: string
  readonly clientAuth: ClientAuthNeeds
  readonly limits: Limits
  /** What digests of user codes are made with. */
  readonly deviceKey: Buffer
  readonly protocol: Pick<ProtocolSettings, 'deviceLifetime' | 'deviceInterval'>
}

export type DeviceAnswer = {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly verification_uri_complete: string
  readonly expires_in: number
  readonly interval: number
}

/** RFC 8628 sections 3.1 and 3.2: two codes, one for the device and one for its person. */
export async function startDevice(
  needs: DeviceNeeds,
  request: ProtocolRequest,
): Promise<DeviceAnswer> {
  const client = await authenticateClient(needs.clientAuth, request)
  if (!client.metadata.grant_types.includes(deviceCode)) throw oauthFailures.grant_not_allowed()
  // Every start is a row, and anybody can say to be a client that proves nothing.
  if (isPublic(client)) await needs.limits.admit(['login', { ip: request.origin.ip }])
  const asked = await askedElsewhere(needs, client, request)
  const code = randomToken(needs.random)
  const userCode = await keep(needs, client, { asked, code })
  const page = `${needs.issuer}/device`
  return {
    device_code: code,
    user_code: userCode,
    verification_uri: page,
    verification_uri_complete: `${page}?${new URLSearchParams({ user_code: userCode })}`,
    expires_in: needs.protocol.deviceLifetime,
    interval: needs.protocol.deviceInterval,
  }
}

/** What a request without a browser asks for: scopes, resources and details, judged as everywhere. */
export async function askedElsewhere(
  needs: DetailNeeds,
  client: Client,
  { parameters, lists }: Pick<ProtocolRequest, 'parameters' | 'lists'>,
): Promise<AskedElsewhere> {
  const asked = parseScope(parameters.get('scope'))
  const granted = asked && grantScopes(asked, allowedScopes(client))
  if (granted?.ok !== true) throw oauthFailures.invalid_scope({ parameter: 'scope' })
  const [resources, details] = await Promise.all([
    requestedResources(needs, client, lists),
    requestedDetails(needs, client, parameters.get('authorization_details')),
  ])
  return { scopes: granted.scopes, resources, details: details ?? null }
}

type Kept = { readonly asked: AskedElsewhere; readonly code: string }

/** Codes of people are short, so two of them may be the same; trying again ends at once. */
async function keep(needs: DeviceNeeds, client: Client, { asked, code }: Kept): Promise<string> {
  const { db, clock, random, deviceKey, protocol } = needs
  const userCode = newUserCode(random)
  const now = clock.now()
  const inserted = await insertDeviceRequest(db, {
    id: newId(clock, random),
    deviceDigest: sha256(code),
    userDigest: userCodeDigest(deviceKey, userCode),
    clientId: client.clientId,
    asked,
    createdAt: now,
    expiresAt: addSeconds(now, protocol.deviceLifetime),
  })
  return inserted === 1 ? userCode : keep(needs, client, { asked, code })
}
