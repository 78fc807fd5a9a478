import { failures } from '../../base/index.ts'

/** RFC 8693 section 2.2.2: whatever is wrong with a token is `invalid_request`, and nobody learns what. */
export const exchangeFailures = failures({
  unacceptable_token: [
    'invalid_request',
    400,
    'The token is invalid, expired, revoked or may not be exchanged by this client.',
  ],
  unsupported_token_type: ['invalid_request', 400, 'The token type is not supported.'],
  stray_actor_type: ['invalid_request', 400, 'actor_token_type needs an actor_token.'],
  proof_needed: [
    'invalid_request',
    400,
    'The token is bound to a key, so a new one is bound as well: prove a key of your own.',
  ],
})
