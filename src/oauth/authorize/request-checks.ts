import { Failure } from '../../base/index.ts'
import { demandsOf } from '../../clients/index.ts'
import type { DetailNeeds } from '../details/requested.ts'
import { requestedDetails } from '../details/requested.ts'
import { oauthFailures } from '../failures.ts'
import { requestFailures } from '../request-object/failures.ts'
import type { ResourceNeeds } from '../resources/requested.ts'
import { requestedResources } from '../resources/requested.ts'
import type { ProtocolSettings } from '../settings.ts'
import type { Check } from './checks.ts'

export type RequestCheckNeeds = ResourceNeeds &
  DetailNeeds & { readonly protocol: Pick<ProtocolSettings, 'requirePushedRequests'> }

const form: Check = ({ parameters, client, pushed, signed, needs }) => {
  const { pushedRequests, signedRequests, strictRequests } = demandsOf(client)
  if (!pushed && (pushedRequests || needs.protocol.requirePushedRequests)) {
    return requestFailures.pushed_only() // RFC 9126 section 4
  }
  if (!signed && signedRequests) return requestFailures.signed_only() // RFC 9126 section 2.3
  if (strictRequests && !parameters.has('redirect_uri')) {
    return oauthFailures.missing_parameter({ parameter: 'redirect_uri' }) // FAPI 2.0 section 5.3.2.2
  }
  return parameters.has('registration') ? oauthFailures.registration_not_supported() : {}
}

const resources: Check = ({ client, lists, needs }) =>
  orFailure(async () => ({ resources: await requestedResources(needs, client, lists) }))

const details: Check = ({ client, parameters, needs }) =>
  orFailure(async () => {
    const text = parameters.get('authorization_details')
    return { details: await requestedDetails(needs, client, text) }
  })

/** RFC 9449 section 10: the code will be redeemed only with a proof by this key. */
const dpopKey: Check = ({ parameters, dpopJkt: proved }) => {
  const named = parameters.get('dpop_jkt')
  if (named !== undefined && !/^[\w-]{43}$/.test(named)) {
    return oauthFailures.malformed_parameter({ parameter: 'dpop_jkt' })
  }
  const other = named !== undefined && proved !== undefined && named !== proved
  return other ? requestFailures.other_key() : { dpopJkt: proved ?? named }
}

async function orFailure<Part>(part: () => Promise<Part>): Promise<Part | Failure> {
  try {
    return await part()
  } catch (error) {
    if (error instanceof Failure && error.kind.status === 400) return error
    throw error
  }
}

/** The rules on how a request was made and what else it names: JAR, PAR, RAR, resources, DPoP. */
export const requestChecks: readonly Check[] = [form, resources, details, dpopKey]
