import { failures } from '../base/index.ts'

export const mfaFailures = failures({
  wrong_factor: ['invalid_factor', 401, 'That was not right. Please try again.'],
  not_offered: ['factor_not_available', 400, 'This factor cannot be used here.'],
  invalid_code: ['invalid_code', 400, 'The code is not correct or has expired.'],
  invalid_passkey: ['invalid_passkey', 400, 'The passkey could not be checked. Please try again.'],
  duplicate_passkey: ['duplicate_passkey', 409, 'This passkey is registered already.'],
  attestation: [
    'attestation_refused',
    400,
    'Passkeys of this kind are not accepted here. Please use another one.',
  ],
  too_many: [
    'too_many_factors',
    409,
    'You have as many of these as there may be. Remove one first.',
  ],
  unknown_factor: ['not_found', 404, 'There is no such factor.'],
  invalid_name: [
    'invalid_request',
    400,
    'The name is empty, too long or has characters that cannot be shown.',
  ],
  last_factor: [
    'last_factor',
    409,
    'A second factor is required for this account. Add another one before you remove this one.',
  ],
  no_factor: ['no_factor', 409, 'Set up a passkey or an authenticator app first.'],
  email_unverified: ['email_not_verified', 409, 'Confirm your email address first.'],
  invalid_policy: ['invalid_policy', 400, 'The policy is not valid.'],
  policy_changed: ['precondition_failed', 412, 'The policy was changed meanwhile. Read it again.'],
  unknown_grant: ['not_found', 404, 'There is no such emergency access.'],
  same_person: ['same_person', 403, 'Another administrator must approve what you asked for.'],
  grant_exists: ['conflict', 409, 'An emergency access for this account is open already.'],
  invalid_link: ['invalid_link', 400, 'The link is not valid any more. Ask for a new one.'],
  no_way_in: [
    'no_way_in',
    403,
    'A second factor is required here, but none can be set up. Please ask an administrator.',
  ],
  gone: [
    'sign_in_expired',
    400,
    'This sign-in took too long or was finished elsewhere. Please start again.',
  ],
})
