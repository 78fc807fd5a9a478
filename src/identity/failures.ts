import { failures } from '../base/index.ts'

export const identityFailures = failures({
  invalid_user: ['invalid_request', 400, 'The account is not valid.'],
  username_taken: ['username_taken', 409, 'This username is already taken.'],
  email_taken: ['email_taken', 409, 'This email address is already taken.'],
  overloaded: ['temporarily_unavailable', 503, 'The server is busy. Please try again in a moment.'],
  unknown_user: ['not_found', 404, 'There is no such user.'],
  registration_closed: ['registration_closed', 403, 'Registration is closed on this server.'],
  invitation_needed: ['invitation_needed', 403, 'Registration on this server needs an invitation.'],
  terms_not_accepted: ['terms_not_accepted', 400, 'The terms must be accepted.'],
  invalid_link: ['invalid_link', 400, 'This link is not valid any more. Please ask for a new one.'],
  invalid_code: ['invalid_code', 400, 'The code is not correct or has expired.'],
  wrong_password: ['wrong_password', 403, 'The current password is not correct.'],
  password_reused: ['password_reused', 400, 'The new password was used before.'],
  // RFC 9110 section 15.5.13 and RFC 6585 section 3
  changed_meanwhile: [
    'precondition_failed',
    412,
    'This was changed meanwhile. Please load it again and repeat your change.',
  ],
  version_missing: [
    'precondition_required',
    428,
    'Send the version that the change is based on in If-Match, or * for any.',
  ],
  unknown_invitation: ['not_found', 404, 'There is no such invitation.'],
  not_deactivated: ['not_deactivated', 409, 'This account is not deactivated.'],
})

/** The password that was asked for beside a change is another one. */
export function wrongPassword() {
  const words = 'The current password is not correct.'
  return identityFailures.wrong_password({ members: [{ pointer: '/current_password', words }] })
}
