/**
 * The JWS algorithms (RFC 7518 section 3.1, RFC 8037) that we sign with. Each has keys of its own, so that
 * a key serves one algorithm only (RFC 8725 section 3.1).
 */
export type SigningAlgorithm = 'ES256' | 'RS256' | 'PS256' | 'ES384' | 'ES512' | 'EdDSA'

export const signingAlgorithms: readonly SigningAlgorithm[] = [
  'RS256',
  'ES256',
  'PS256',
  'ES384',
  'ES512',
  'EdDSA',
]

/**
 * Those that have a key from the first start: ES256 signs what is ours, RS256 is what every OpenID relying
 * party understands (OIDC Core 15.1). The others get one when a client first asks for them.
 */
export const firstAlgorithms: readonly SigningAlgorithm[] = ['ES256', 'RS256']
