import { failures } from '../../base/index.ts'

/** Refusals of the forms in which an authorization request may come. */
export const requestFailures = failures({
  // RFC 9101 section 7
  invalid_request_object: [
    'invalid_request_object',
    400,
    'The request object is not valid, or was not signed by the client.',
  ],
  invalid_request_uri: [
    'invalid_request_uri',
    400,
    'The request URI is unknown, expired, already used or cannot be read.',
  ],
  several_forms: [
    'invalid_request',
    400,
    'Only one of request and request_uri may be used.', // RFC 9101 section 5
  ],
  // RFC 9126 sections 2.1, 2.3 and 4
  request_uri_pushed: ['invalid_request', 400, 'A pushed request must not name a request_uri.'],
  pushed_only: ['invalid_request', 400, 'The client must push its authorization requests.'],
  signed_only: ['invalid_request', 400, 'The client must sign its authorization requests.'],
  // RFC 9449 section 10.1
  other_key: ['invalid_request', 400, 'The DPoP proof is by another key than dpop_jkt names.'],
})
