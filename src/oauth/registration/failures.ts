import { failures } from '../../base/index.ts'

/** RFC 7591 section 3.2.2, RFC 7592 section 2. */
export const registrationFailures = failures({
  closed: ['access_denied', 403, 'Clients are registered by administrators here.'],
  malformed: ['invalid_client_metadata', 400, 'The request body must be a JSON object.'],
  token_needed: ['invalid_token', 401, 'A valid initial access token is required.'],
  registration_token: ['invalid_token', 401, 'The registration access token is not valid.'],
  other_client: ['invalid_request', 400, 'The client_id is not that of the registration.'],
  statement: ['invalid_software_statement', 400, 'The software statement is not valid.'],
  issuer: [
    'unapproved_software_statement',
    400,
    'The issuer of the software statement is not known.',
  ],
  unknown_token: ['not_found', 404, 'There is no such initial access token.'],
})
