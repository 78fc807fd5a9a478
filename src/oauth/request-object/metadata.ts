import { believedAlgorithms } from '../believed-algorithms.ts'
import type { MetadataNeeds, MetadataPart } from '../discovery.ts'

/** What request objects may be signed with; never `none` (RFC 9101 section 10.1). */
export const objectAlgorithms: readonly string[] = believedAlgorithms

/** RFC 7518 sections 4.1 and 5.1. */
export const keyManagements: readonly string[] = [
  'RSA-OAEP-256',
  'ECDH-ES',
  'ECDH-ES+A128KW',
  'ECDH-ES+A256KW',
]
export const contentEncryptions: readonly string[] = [
  'A128CBC-HS256',
  'A256CBC-HS512',
  'A128GCM',
  'A256GCM',
]

/** OIDC Discovery section 3, RFC 9101 section 10.5. */
export function requestObjectMetadata({ settings }: MetadataNeeds): MetadataPart {
  return {
    request_parameter_supported: true,
    request_uri_parameter_supported: settings.requestUris,
    require_request_uri_registration: settings.requestUris,
    request_object_signing_alg_values_supported: objectAlgorithms,
    request_object_encryption_alg_values_supported: keyManagements,
    request_object_encryption_enc_values_supported: contentEncryptions,
  }
}
