import type { Target } from '../../target.ts'

const opaque = 'cannot introspect JWTs: it looks up an opaque token instead'
const accounts =
  'accounts are whatever the application says, here one in the settings; no audit log'

/** Seen in its source and in the statements that it sends; bench/peers/README.md has more. */
export const differs: Readonly<Record<'memory' | 'postgres', Target['differs']>> = {
  memory: {
    'client-credentials-es256': 'clients and keys are in its settings, and nothing is ever revoked',
    'client-credentials-rs256': 'as with ES256',
    'client-credentials-opaque': 'keeps the token in its memory',
    'introspection-jwt': `${opaque}, in its memory`,
    'introspection-opaque': 'finds the token in its memory',
    userinfo: `takes only opaque tokens, and finds them in its memory; ${accounts}`,
    code: `session, grant, code and refresh token are in its memory only; ${accounts}`,
    refresh: 'rotates in its memory only',
    'pushed-dpop': 'all in its memory only',
    device: 'all in its memory only',
  },
  postgres: {
    'client-credentials-es256': 'clients and keys are in its settings, and nothing is ever revoked',
    'client-credentials-rs256': 'as with ES256',
    'client-credentials-opaque': 'keeps the token as it is, not its hash',
    'introspection-jwt': `${opaque}, by three statements at once, as it may be of three kinds`,
    'introspection-opaque': 'three statements at once, as the token may be of three kinds',
    userinfo: `takes only opaque tokens, and reads them; ${accounts}`,
    code: `codes, sessions and refresh tokens are kept as they are, not as hashes; each write commits on its own; ${accounts}`,
    refresh:
      'marks the old token as used and keeps the new one in two commits; tokens are kept as they are, not as hashes',
    'pushed-dpop': 'each write commits on its own; nothing is hashed',
    device: 'each write commits on its own; nothing is hashed',
  },
}
