import type { MetadataNeeds, MetadataPart } from '../discovery.ts'
import { objectAlgorithms } from '../request-object/metadata.ts'

export const ciba = 'urn:openid:params:grant-type:ciba'

/** CIBA Core section 4. */
export function cibaMetadata({ at }: MetadataNeeds): MetadataPart {
  return {
    backchannel_authentication_endpoint: at('/oauth/backchannel'),
    backchannel_token_delivery_modes_supported: ['poll', 'ping'],
    backchannel_authentication_request_signing_alg_values_supported: objectAlgorithms,
    backchannel_user_code_parameter_supported: false,
    grant_types_supported: [ciba],
  }
}
