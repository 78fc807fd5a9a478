import { failures } from '../../base/index.ts'

export const trustedIssuerFailures = failures({
  invalid_issuer: ['invalid_request', 400, 'The trusted issuer is not valid.'],
  unknown_issuer: ['not_found', 404, 'There is no such trusted issuer.'],
  issuer_taken: ['issuer_taken', 409, 'This issuer is trusted already. Change its entry.'],
  // RFC 9110 section 15.5.13
  changed_meanwhile: [
    'precondition_failed',
    412,
    'This was changed meanwhile. Please load it again and repeat your change.',
  ],
})
