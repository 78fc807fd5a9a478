import type { Target } from '../../target.ts'

const signing = 'it decrypts and imports its signing key for each signature'
const clients =
  'it remembers clients and resources as long as the process lives, so that it serves one that was removed meanwhile'
const limits = 'its limits, which would end the load, are off (those of Cardea are counted)'
const passwords =
  'Argon2id with the parameters of Cardea in place of its scrypt, which takes longer; it answers JSON to a page of the application, and has no audit log'

/** Seen in its source and in the statements that it sends; bench/peers/README.md has more. */
export const differs: Target['differs'] = {
  'client-credentials-es256': `${clients}; ${signing}; ${limits}`,
  'client-credentials-rs256': `as with ES256`,
  'client-credentials-opaque': `keeps the SHA-256 hash of the token, as Cardea does; the client is remembered`,
  'introspection-jwt':
    'asks its database nothing: a JWT of a client cannot be revoked, and a client that was removed is remembered',
  'introspection-opaque': 'the token is found by its SHA-256 hash; the client is remembered',
  userinfo: 'verifies a JWT, then reads the session and the person',
  code: `codes and refresh tokens are kept as SHA-256 hashes, session tokens as they are; consent is read from the database each time; each write commits on its own; ${signing}; it asks for the scope offline_access and a resource, without which it gives no refresh token and no JWT`,
  refresh: `single use by a guarded UPDATE, then the next token in a commit of its own; ${signing}, two of them`,
  login: `${passwords}; ${limits}; the session token is kept as it is`,
  'login-code': passwords,
  registration: `${passwords}; ${limits}; an account and a credential row, in one transaction`,
}
