import { failures } from '../../base/index.ts'

/** Refusals of whoever did not prove to hold what a token is, or has to be, bound to. */
export const bindingFailures = failures({
  // RFC 9449 sections 5 and 8
  invalid_dpop_proof: ['invalid_dpop_proof', 400, 'The DPoP proof is missing or not valid.'],
  use_dpop_nonce: ['use_dpop_nonce', 400, 'The DPoP proof must have the nonce of this server.'],
  // The same where a token is used (RFC 9449 sections 7.1 and 9)
  invalid_resource_proof: ['invalid_dpop_proof', 401, 'The DPoP proof is missing or not valid.'],
  use_resource_nonce: ['use_dpop_nonce', 401, 'The DPoP proof must have the nonce of this server.'],
  // RFC 8705 section 3
  certificate_required: ['invalid_request', 400, 'A client certificate is required.'],
})
