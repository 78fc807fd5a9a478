import { failures } from '../base/index.ts'

export const apiKeyFailures = failures({
  switched_off: ['api_keys_off', 403, 'API keys are switched off here.'],
  invalid: ['invalid_request', 400, 'The API key is not as it must be.'],
  beyond_owner: [
    'forbidden',
    403,
    'A key can have only those rights over Cardea that you have yourself.',
  ],
  too_many: [
    'too_many_api_keys',
    409,
    'You have as many API keys as possible. Revoke one that is not needed any more.',
  ],
  unknown_key: ['not_found', 404, 'There is no such API key.'],
})
