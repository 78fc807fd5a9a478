import { demandsOf, responseTypesOf } from '../../clients/index.ts'
import type { Check } from '../authorize/checks.ts'
import { oauthFailures } from '../failures.ts'
import { parseScope } from '../scope.ts'
import type { ProtocolSettings } from '../settings.ts'
import { chooseMode } from './response-mode.ts'
import { issuedBy, legacyResponseTypes, readResponseType } from './response-type.ts'

export type ResponseCheckNeeds = {
  readonly protocol: Pick<ProtocolSettings, 'legacyResponseTypes'>
}

const responseType: Check = ({ parameters, client, needs }) => {
  const parameter = 'response_type'
  if (!parameters.has(parameter)) return oauthFailures.missing_parameter({ parameter })
  const type = readResponseType(parameters.get(parameter))
  const allowed =
    needs.protocol.legacyResponseTypes || !legacyResponseTypes.some((one) => one === type)
  if (type === undefined || !allowed) return oauthFailures.unsupported_response_type({ parameter })
  const { code, idToken, token } = issuedBy(type)
  const { grant_types: grants } = client.metadata
  // OIDC Registration section 2: which grants a response type takes.
  const granted =
    (!code || grants.includes('authorization_code')) &&
    (!(idToken || token) || grants.includes('implicit'))
  if (!granted || !responseTypesOf(client).includes(type)) {
    return oauthFailures.grant_not_allowed({ parameter })
  }
  const { binding, strictRequests } = demandsOf(client)
  if (strictRequests && type !== 'code') return oauthFailures.grant_not_allowed({ parameter }) // FAPI 2.0 section 5.3.2.2
  // Nothing proves who holds a token that came by an address (RFC 9700 section 2.1.2).
  const unbound = token && binding !== 'none'
  return unbound ? oauthFailures.grant_not_allowed({ parameter }) : { responseType: type }
}

const responseMode: Check = ({ parameters, client }) =>
  chooseMode(parameters, client.metadata).asAsked
    ? {}
    : oauthFailures.unsupported_response_mode({ parameter: 'response_mode' })

/** What an ID token from this endpoint takes: the scope, and a nonce against replay (OIDC Core 3.2.2.1, 3.3.2.11). */
const idToken: Check = ({ parameters }) => {
  const type = readResponseType(parameters.get('response_type'))
  if (type === undefined || !issuedBy(type).idToken) return {}
  if (parseScope(parameters.get('scope'))?.includes('openid') !== true) {
    return oauthFailures.openid_required({ parameter: 'scope' })
  }
  return parameters.has('nonce') ? {} : oauthFailures.missing_parameter({ parameter: 'nonce' })
}

/** The rules on what the answer brings, and how. */
export const responseChecks: readonly Check[] = [responseType, responseMode, idToken]
