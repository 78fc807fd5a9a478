import { failures } from '../../base/index.ts'

/** draft-ietf-httpapi-idempotency-key-header section 2.7. */
export const idempotencyFailures = failures({
  invalid_key: [
    'invalid_idempotency_key',
    400,
    'The Idempotency-Key must have 1 to 255 printable ASCII characters.',
  ],
  reused: [
    'idempotency_key_reused',
    422,
    'This Idempotency-Key was used for another request. Use a new one for each thing that you want.',
  ],
  in_progress: [
    'idempotency_in_progress',
    409,
    'The request with this Idempotency-Key is still at work. Repeat it in a moment.',
  ],
})
