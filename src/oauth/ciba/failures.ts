import { failures } from '../../base/index.ts'

/** CIBA Core section 13. */
export const cibaFailures = failures({
  confidential_only: [
    'unauthorized_client',
    400,
    'Only clients that authenticate may ask by the back channel.',
  ],
  one_hint: [
    'invalid_request',
    400,
    'Exactly one of login_hint and id_token_hint must say who is asked.',
  ],
  outside_parameters: [
    'invalid_request',
    400,
    'A signed request takes all of its parameters inside.',
  ],
  not_signed: ['invalid_request', 400, 'The client must sign its requests.'],
  bad_object: ['invalid_request', 400, 'The signed request is not valid, or was used before.'],
  unknown_user_id: ['unknown_user_id', 400, 'Nobody can be asked by this hint.'],
  invalid_binding_message: [
    'invalid_binding_message',
    400,
    'The message is too long, or has characters that cannot be shown.',
  ],
  too_many_waiting: ['access_denied', 403, 'Too many requests wait for this person already.'],
  unknown_request: [
    'unknown_request',
    404,
    'There is no such request, or it was answered already or has expired.',
  ],
})
