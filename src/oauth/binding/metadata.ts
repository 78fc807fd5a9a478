import type { Metadata, MetadataNeeds, MetadataPart } from '../discovery.ts'
import { proofAlgorithms } from './dpop.ts'

/** RFC 9449 section 5.1 and RFC 8705 section 3.3. */
export function bindingMetadata({ clientCertificates }: MetadataNeeds): MetadataPart {
  return {
    dpop_signing_alg_values_supported: proofAlgorithms,
    ...(clientCertificates && { tls_client_certificate_bound_access_tokens: true }),
  }
}

/** RFC 8705 section 5: endpoints that programs call directly, none that a browser is sent to. */
const aliased = [
  'token_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'userinfo_endpoint',
  'pushed_authorization_request_endpoint',
  'device_authorization_endpoint',
  'backchannel_authentication_endpoint',
]

/** Where clients with certificates find the endpoints, if that is another place. */
export function endpointAliases(
  metadata: Metadata,
  { issuer, settings: { mutualTlsUrl } }: MetadataNeeds,
): MetadataPart {
  if (mutualTlsUrl === '') return {}
  const aliases = aliased.flatMap((name) => {
    const url = metadata[name]
    return typeof url === 'string' ? [[name, mutualTlsUrl + url.slice(issuer.length)]] : []
  })
  return { mtls_endpoint_aliases: Object.fromEntries(aliases) }
}
