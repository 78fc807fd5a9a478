import { failures } from '../../base/index.ts'

/** RFC 9396 section 5. */
export const detailFailures = failures({
  invalid_authorization_details: [
    'invalid_authorization_details',
    400,
    'The authorization details are malformed, of an unknown type, or more than was granted.',
  ],
})
