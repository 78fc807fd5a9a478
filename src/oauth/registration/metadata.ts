import type { MetadataNeeds, MetadataPart } from '../discovery.ts'

/** OIDC Discovery section 3, and CIMD section 6 of draft 02. */
export function registrationMetadata({ settings, at }: MetadataNeeds): MetadataPart {
  return {
    ...(settings.clientRegistration !== 'closed' && {
      registration_endpoint: at('/oauth/register'),
    }),
    ...(settings.clientIdMetadata && { client_id_metadata_document_supported: true }),
  }
}
