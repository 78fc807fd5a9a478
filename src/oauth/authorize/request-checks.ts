import { oauthFailures } from '../failures.ts'
import type { Check } from './checks.ts'

const unsupportedObjects: Check = ({ parameters, lists }) => {
  if (parameters.has('request')) return oauthFailures.request_not_supported() // OIDC Core 6.1
  if (parameters.has('request_uri')) return oauthFailures.request_uri_not_supported()
  if (parameters.has('registration')) return oauthFailures.registration_not_supported()
  return lists.has('resource') ? oauthFailures.invalid_target({ parameter: 'resource' }) : {}
}

/** The rules on how a request was made and what else it names: JAR, PAR, RAR, resources, DPoP. */
export const requestChecks: readonly Check[] = [unsupportedObjects]
