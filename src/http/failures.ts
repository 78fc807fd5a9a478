import { failures } from '../base/index.ts'

export const httpFailures = failures({
  not_found: ['not_found', 404, 'There is nothing at this address.'],
  method_not_allowed: ['method_not_allowed', 405, 'This method is not allowed here.'],
  unsupported_media_type: [
    'invalid_request',
    415,
    'The content type of the request is not supported.',
  ],
  form_expected: [
    'invalid_request',
    400,
    'The request body must be application/x-www-form-urlencoded.',
  ],
  body_too_large: ['invalid_request', 413, 'The request is too large.'],
  malformed: ['invalid_request', 400, 'The request could not be read.'],
  repeated_parameter: ['invalid_request', 400, 'A parameter must not be repeated.'], // RFC 6749 section 3.1
  bad_parameter: ['invalid_request', 400, 'A parameter has characters that are not allowed.'],
  oversized_parameter: ['invalid_request', 400, 'A parameter is too long.'],
  unknown_parameter: [
    'invalid_request',
    400,
    'The address has a parameter that is not known here.',
  ],
  invalid_cursor: [
    'invalid_cursor',
    400,
    'This is no place in this list. Begin with the first page again.',
  ],
  invalid_body: ['invalid_request', 400, 'The request does not have the expected members.'],
  forged_form: [
    'invalid_request',
    403,
    'This form is no longer valid. Go back, reload the page and try again.',
  ],
  internal: ['server_error', 500, 'Something went wrong on our side.'],
  draining: ['temporarily_unavailable', 503, 'The server is shutting down.'],
})
