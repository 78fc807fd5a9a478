import type { MetadataNeeds, MetadataPart } from '../discovery.ts'
import { keyAlgorithms, secretAlgorithms } from './assertion.ts'

const always = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
] as const

/** RFC 8705 section 2.1.1 and 2.2.1: only where a certificate can reach us. */
const byCertificate = ['tls_client_auth', 'self_signed_tls_client_auth']

/** RFC 8414 section 2: how clients prove who they are, wherever they do. */
export function clientAuthMetadata({ clientCertificates }: MetadataNeeds): MetadataPart {
  const confidential = [...always, ...(clientCertificates ? byCertificate : [])]
  const methods = [...confidential, 'none']
  const algorithms = [...keyAlgorithms, ...secretAlgorithms]
  return {
    token_endpoint_auth_methods_supported: methods,
    token_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_endpoint_auth_methods_supported: confidential,
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    revocation_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_signing_alg_values_supported: algorithms,
  }
}
