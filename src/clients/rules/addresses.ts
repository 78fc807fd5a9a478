import { isLoopbackHttp, originProblem, redirectUriProblem } from '../redirect-uri.ts'
import type { ClientMetadata } from '../schemas.ts'
import type { Rule } from './rule.ts'
import { addressProblem, each, one, when } from './rule.ts'

/** OIDC Registration section 2 (`application_type`), RFC 8252 section 7. */
export const redirects: Rule = (metadata) => {
  const tokens = metadata.grant_types.includes('implicit')
  return [
    ...each('redirect_uris', metadata.redirect_uris, (uri) => {
      const problem = redirectUriProblem(uri)
      if (problem !== undefined || metadata.application_type === 'native') return problem
      const { protocol } = new URL(uri)
      if (tokens && protocol !== 'https:') return 'must use https for implicit answers'
      if (tokens && isLocalhost(uri)) return 'must not be localhost for implicit answers'
      const strange = metadata.application_type === 'web' && !/^https?:$/.test(protocol)
      return strange ? 'has a scheme that is not for web applications' : undefined
    }),
    ...each('post_logout_redirect_uris', metadata.post_logout_redirect_uris, redirectUriProblem),
    ...each('allowed_origins', metadata.allowed_origins, originProblem),
  ]
}

function isLocalhost(uri: string): boolean {
  const { hostname } = new URL(uri)
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname) || hostname.endsWith('.localhost')
}

/** OIDC Core section 4: others send browsers there. */
export const initiation: Rule = ({ initiate_login_uri: uri }) =>
  one('initiate_login_uri', uri, (text) => addressProblem(text, { plainHosts: [] }))

/** Back-Channel Logout 1.0 section 2.2, Front-Channel Logout 1.0 section 2. */
export const logout: Rule = (metadata, plainHosts) => [
  ...one('backchannel_logout_uri', metadata.backchannel_logout_uri, (uri) =>
    addressProblem(uri, { plainHosts }),
  ),
  ...one('frontchannel_logout_uri', metadata.frontchannel_logout_uri, (uri) =>
    frontchannelProblem(metadata, uri),
  ),
  ...when(
    metadata.backchannel_logout_session_required === true &&
      metadata.backchannel_logout_uri === undefined,
    '/backchannel_logout_session_required',
    'needs backchannel_logout_uri',
  ),
  ...when(
    metadata.frontchannel_logout_session_required === true &&
      metadata.frontchannel_logout_uri === undefined,
    '/frontchannel_logout_session_required',
    'needs frontchannel_logout_uri',
  ),
]

/** Its scheme, host and port are those of a redirect URI (Front-Channel Logout 1.0 section 2). */
function frontchannelProblem(
  { redirect_uris: redirects }: ClientMetadata,
  text: string,
): string | undefined {
  const problem = redirectUriProblem(text)
  if (problem !== undefined) return problem
  const { origin, protocol } = new URL(text)
  if (protocol !== 'https:' && !isLoopbackHttp(new URL(text))) return 'must use https'
  const same = redirects.some((uri) => URL.canParse(uri) && new URL(uri).origin === origin)
  return same ? undefined : 'is at none of the origins of the redirect URIs'
}
