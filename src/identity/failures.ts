import { failures } from '../base/index.ts'

export const identityFailures = failures({
  invalid_user: ['invalid_request', 400, 'The account is not valid.'],
  username_taken: ['username_taken', 409, 'This username is already taken.'],
  email_taken: ['email_taken', 409, 'This email address is already taken.'],
  overloaded: ['temporarily_unavailable', 503, 'The server is busy. Please try again in a moment.'],
})
