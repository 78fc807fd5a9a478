/**
 * pushed: authorization requests that the client sends before the browser (RFC 9126). They are judged here as
 * they would be in the browser, and kept in the soft state under `pushed:*` for one use.
 */

import type { Random } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import type { ReadParameters } from '../../http/index.ts'
import type { Kv } from '../../kv/index.ts'
import type { ParseNeeds } from '../authorize/parse.ts'
import { parseAuthorization } from '../authorize/parse.ts'
import type { BindingNeeds } from '../binding/binding.ts'
import { dpopKeyOf } from '../binding/binding.ts'
import type { ClientAuthNeeds } from '../client-auth/authenticate.ts'
import { authenticateClient } from '../client-auth/authenticate.ts'
import type { MetadataNeeds, MetadataPart } from '../discovery.ts'
import type { ProtocolRequest } from '../protocol-request.ts'
import { requestFailures } from '../request-object/failures.ts'
import type { ObjectNeeds } from '../request-object/open-object.ts'
import { openObject } from '../request-object/open-object.ts'
import type { ProtocolSettings } from '../settings.ts'
import type { PushedRequest } from './pushed-requests.ts'
import { keepPushed } from './pushed-requests.ts'

export type PushNeeds = ParseNeeds &
  ObjectNeeds &
  BindingNeeds & {
    readonly kv: Kv
    readonly random: Random
    readonly clientAuth: ClientAuthNeeds
    readonly protocol: Pick<ProtocolSettings, 'pushedRequestLifetime'>
  }

/** Seconds: FAPI 2.0 section 5.3.2.2 wants less than ten minutes. */
const longestLife = 599

/** What authenticates the client is no part of its request (RFC 9126 section 2.1). */
const credentials = ['client_secret', 'client_assertion', 'client_assertion_type']

/** Takes an authorization request from its client before a browser is involved (RFC 9126 section 2). */
export async function push(
  needs: PushNeeds,
  request: ProtocolRequest,
): Promise<{ readonly request_uri: string; readonly expires_in: number }> {
  const client = await authenticateClient(needs.clientAuth, request)
  if (request.parameters.has('request_uri')) throw requestFailures.request_uri_pushed()
  const dpopJkt = await dpopKeyOf(needs, client, request)
  const read = await readPushed(needs, client, request)
  const pushed: PushedRequest = { ...read, dpopJkt }
  const source = { ...pushed, problems: new Map(), pushed: true }
  const parsed = await parseAuthorization(needs, source) // RFC 9126 section 2.1
  if (!parsed.ok) throw parsed.failure
  const lifetime = Math.min(needs.protocol.pushedRequestLifetime, longestLife)
  const uri = await keepPushed(needs, client.clientId, { request: pushed, lifetime })
  return { request_uri: uri, expires_in: lifetime }
}

/** The parameters themselves, or those that were signed; none beside these counts (RFC 9126 section 3). */
async function readPushed(
  needs: PushNeeds,
  client: Client,
  { parameters, lists }: ProtocolRequest,
): Promise<Pick<ReadParameters, 'parameters' | 'lists'> & { readonly signed: boolean }> {
  const object = parameters.get('request')
  if (object === undefined) {
    const own = [...parameters].filter(([name]) => !credentials.includes(name))
    return { parameters: new Map([...own, ['client_id', client.clientId]]), lists, signed: false }
  }
  const opened = await openObject(needs, client, object)
  for (const problem of opened.problems.values()) throw problem
  return { parameters: opened.parameters, lists: opened.lists, signed: true }
}

/** RFC 9126 section 5. */
export function pushedMetadata({ settings, at }: MetadataNeeds): MetadataPart {
  return {
    pushed_authorization_request_endpoint: at('/oauth/par'),
    require_pushed_authorization_requests: settings.requirePushedRequests,
  }
}
