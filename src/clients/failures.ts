import { failures } from '../base/index.ts'

export const clientFailures = failures({
  invalid_client_metadata: ['invalid_client_metadata', 400, 'The client metadata is not valid.'], // RFC 7591 section 3.2.2
  invalid_redirect_uri: ['invalid_redirect_uri', 400, 'A redirect URI is not valid.'],
  unknown_client: ['not_found', 404, 'There is no such client.'],
  no_secret: ['no_secret', 409, 'This client does not prove itself by a secret.'],
  unknown_secret: ['not_found', 404, 'There is no such secret.'],
  of_document: ['of_document', 409, 'The metadata of this client is that of its document.'],
  unknown_consent: ['not_found', 404, 'There is no such consent.'],
  changed_meanwhile: [
    'precondition_failed',
    412,
    'This was changed meanwhile. Please load it again and repeat your change.',
  ],
})
