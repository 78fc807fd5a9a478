import { failures } from '../base/index.ts'

export const sessionFailures = failures({
  unknown_session: ['not_found', 404, 'There is no such session.'],
  impersonated: [
    'impersonated',
    403,
    'This cannot be done while you see the account of somebody else. End that first.',
  ],
  impersonation_link: ['invalid_link', 400, 'This link is not valid any more. Ask for a new one.'],
  unknown_impersonation: ['not_found', 404, 'There is no such impersonation.'],
  // RFC 9470 section 3
  reauthentication_required: [
    'insufficient_user_authentication',
    401,
    'Please confirm your password first.',
  ],
})
