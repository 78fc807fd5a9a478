import type { Failure } from '../base/index.ts'
import { failures } from '../base/index.ts'

export const accountFailures = failures({
  credentials: ['invalid_credentials', 401, 'The username, email or password is not correct.'],
  unauthenticated: [
    'unauthenticated',
    401,
    'Sign in first: send a bearer token or use a signed-in browser.',
  ],
  cross_site: ['cross_site', 403, 'A browser session may be used from our own pages only.'],
  mfa_token: [
    'invalid_mfa_token',
    401,
    'This sign-in took too long or was finished already. Please start again.',
  ],
  invalid_refresh: [
    'invalid_grant',
    401,
    'The refresh token is invalid, expired, revoked or already used.',
  ],
  deactivated: [
    'account_deactivated',
    403,
    'This account is deactivated. Ask for a new password to get a link that brings it back.',
  ],
  forbidden: ['forbidden', 403, 'You do not have the permission that this needs.'],
  person_needed: [
    'person_needed',
    403,
    'This is for people only: sign in and do it yourself, not with a key or as a client.',
  ],
})

/** RFC 6750 section 3. */
export function unauthenticated(): Failure {
  return accountFailures.unauthenticated({
    headers: { 'www-authenticate': 'Bearer realm="cardea"' },
  })
}
