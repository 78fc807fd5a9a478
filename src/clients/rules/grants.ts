import type { ClientMetadata } from '../schemas.ts'
import type { Rule } from './rule.ts'
import { when } from './rule.ts'

/** The grants that lead to no refresh token (RFC 6749 sections 4.2.2 and 4.4.3). */
const withoutRefresh = new Set(['refresh_token', 'implicit', 'client_credentials'])
const ciba = 'urn:openid:params:grant-type:ciba'

/** RFC 7591 section 2.1 and OIDC Registration section 2: what each response type needs, and the other way round. */
export const responseTypes: Rule = ({
  grant_types: grants,
  response_types: types = [],
  redirect_uris: uris,
}) => {
  const codes = types.some((type) => type.split(' ').includes('code'))
  const tokens = types.some((type) => /\b(id_token|token)\b/.test(type))
  const code = grants.includes('authorization_code')
  const implicit = grants.includes('implicit')
  return [
    ...when(
      (code || implicit || types.length > 0) && uris.length === 0,
      '/redirect_uris',
      code && !implicit
        ? 'is needed for the authorization_code grant'
        : 'is needed for the response types',
    ),
    ...when(codes && !code, '/response_types', 'code needs the grant authorization_code'),
    ...when(tokens && !implicit, '/response_types', 'id_token and token need the grant implicit'),
    ...when(
      code && !codes,
      '/response_types',
      'the grant authorization_code needs a type with code',
    ),
    ...when(
      implicit && !tokens,
      '/response_types',
      'the grant implicit needs a type with id_token or token',
    ),
  ]
}

export const grants: Rule = ({ grant_types: given, token_endpoint_auth_method: method }) => [
  ...when(
    given.includes('client_credentials') && method === 'none',
    '/grant_types',
    'client_credentials needs a client that authenticates', // RFC 6749 section 4.4
  ),
  ...when(
    given.includes(ciba) && method === 'none',
    '/grant_types',
    'ciba needs a client that authenticates', // CIBA Core section 7.1
  ),
  ...when(
    given.includes('refresh_token') && given.every((grant) => withoutRefresh.has(grant)),
    '/grant_types',
    'refresh_token needs a grant that leads to one',
  ),
]

export const pkce: Rule = ({ token_endpoint_auth_method: method, require_pkce: required }) =>
  when(method === 'none' && !required, '/require_pkce', 'a public client must use PKCE') // RFC 9700 section 2.1.1

export function mayCiba({ grant_types: given }: ClientMetadata): boolean {
  return given.includes(ciba)
}
