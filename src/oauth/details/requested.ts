/**
 * details: authorization details (RFC 9396), where scopes are too coarse.
 * Judges their form, type and locations, and that a token request names no more than was granted. What they mean
 * is for the API to judge.
 */

import { isDeepStrictEqual } from 'node:util'
import { Failure } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import type { AuthorizationDetail } from '../../session/index.ts'
import type { MetadataNeeds, MetadataPart } from '../discovery.ts'
import type { ResourceNeeds } from '../resources/requested.ts'
import { requestedResources } from '../resources/requested.ts'
import type { ProtocolSettings } from '../settings.ts'
import { detailFailures } from './failures.ts'
import { locationsOf, parseDetails } from './parse-details.ts'

export type DetailNeeds = ResourceNeeds & {
  readonly protocol: Pick<ProtocolSettings, 'authorizationDetailTypes'>
}

type Details = readonly AuthorizationDetail[]

const refused = (why: string) =>
  detailFailures.invalid_authorization_details({
    parameter: 'authorization_details',
    log: { why },
  })

/**
 * The details that a request asks for (RFC 9396 section 5): each of a type that the server knows and the client
 * is registered for, at locations that are registered resources. Undefined where it asks for none.
 */
export async function requestedDetails(
  needs: DetailNeeds,
  client: Client,
  text: string | undefined,
): Promise<Details | undefined> {
  if (text === undefined) return undefined
  const details = parseDetails(text)
  if (details === undefined) throw refused('malformed')
  const { authorization_details_types: registered = [] } = client.metadata
  const known = needs.protocol.authorizationDetailTypes
  const unknown = details.some(({ type }) => !known.includes(type) || !registered.includes(type))
  if (unknown) throw refused('unknown type')
  await checkLocations(needs, client, [...new Set(details.flatMap(locationsOf))])
  return details
}

async function checkLocations(
  needs: ResourceNeeds,
  client: Client,
  locations: readonly string[],
): Promise<void> {
  if (locations.length === 0) return
  try {
    await requestedResources(needs, client, new Map([['resource', locations]]))
  } catch (error) {
    throw error instanceof Failure && error.kind.status === 400 ? refused('location') : error
  }
}

/**
 * What of the granted details a token request is for (RFC 9396 section 6): some of them as they were granted,
 * or all of them when it names none. What a narrower detail would be only its resource knows.
 */
export function narrowedDetails(
  text: string | undefined,
  granted: Details | null | undefined,
): Details | undefined {
  if (text === undefined) return granted ?? undefined
  const asked = parseDetails(text)
  if (asked === undefined) throw refused('malformed')
  const given = granted ?? []
  const more = asked.some((detail) => !given.some((one) => isDeepStrictEqual(one, detail)))
  if (more) throw refused('not granted')
  return asked
}

/** RFC 9396 section 10. */
export function detailMetadata({ settings }: MetadataNeeds): MetadataPart {
  const { authorizationDetailTypes: types } = settings
  return types.length === 0 ? {} : { authorization_details_types_supported: types }
}
