import { failures } from '../base/index.ts'

export const sessionFailures = failures({
  unknown_session: ['not_found', 404, 'There is no such session.'],
  // RFC 9470 section 3
  reauthentication_required: [
    'insufficient_user_authentication',
    401,
    'Please confirm your password first.',
  ],
})
