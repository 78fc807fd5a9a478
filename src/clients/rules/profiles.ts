import { mayCiba } from './grants.ts'
import type { Rule } from './rule.ts'
import { addressProblem, one, when } from './rule.ts'

/** CIBA Core section 4. */
export const backchannel: Rule = (metadata, plainHosts) => {
  const { backchannel_client_notification_endpoint: endpoint } = metadata
  return [
    ...one('backchannel_client_notification_endpoint', endpoint, (uri) =>
      addressProblem(uri, { plainHosts }),
    ),
    ...when(
      metadata.backchannel_token_delivery_mode === 'ping' && endpoint === undefined,
      '/backchannel_client_notification_endpoint',
      'is needed for the delivery mode ping',
    ),
    ...when(
      metadata.backchannel_token_delivery_mode !== undefined && !mayCiba(metadata),
      '/backchannel_token_delivery_mode',
      'needs the grant urn:openid:params:grant-type:ciba',
    ),
    ...when(
      metadata.backchannel_user_code_parameter === true,
      '/backchannel_user_code_parameter',
      'is not supported',
    ),
  ]
}

const fapiMethods = ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth']
const fapiAlgorithms = ['PS256', 'ES256', 'EdDSA']
const signing = [
  'token_endpoint_auth_signing_alg',
  'id_token_signed_response_alg',
  'userinfo_signed_response_alg',
  'introspection_signed_response_alg',
  'authorization_signed_response_alg',
  'request_object_signing_alg',
  'backchannel_authentication_request_signing_alg',
] as const

/** FAPI 2.0 Security Profile sections 5.3.2.1, 5.3.2.2 and 5.4.1. */
export const fapi: Rule = (metadata) => {
  if (metadata.profile !== 'fapi2') return []
  const { redirect_uris: redirects, response_types: types = [], grant_types: grants } = metadata
  const native = metadata.application_type === 'native'
  return [
    ...when(
      !fapiMethods.includes(metadata.token_endpoint_auth_method),
      '/token_endpoint_auth_method',
      'must be private_key_jwt or a certificate for fapi2',
    ),
    ...when(
      metadata.federated_credentials !== undefined,
      '/federated_credentials',
      'is not for fapi2, where clients sign for themselves', // OIDC Core section 9
    ),
    ...when(
      grants.includes('implicit') || grants.includes('password'),
      '/grant_types',
      'implicit and password are not for fapi2',
    ),
    ...when(
      types.some((type) => type !== 'code'),
      '/response_types',
      'must be code for fapi2',
    ),
    ...when(!metadata.require_pkce, '/require_pkce', 'PKCE is not optional for fapi2'),
    ...redirects.flatMap((uri, i) =>
      when(
        !uri.startsWith('https://') && !(native && uri.startsWith('http://')),
        `/redirect_uris/${i}`,
        'must use https for fapi2',
      ),
    ),
    ...signing.flatMap((member) =>
      one(member, metadata[member], (alg) =>
        fapiAlgorithms.includes(alg) ? undefined : 'is not an algorithm for fapi2',
      ),
    ),
  ]
}
