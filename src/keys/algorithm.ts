/** ES256 is the default; RS256 is what every OpenID relying party understands (OIDC Core 15.1). */
export type SigningAlgorithm = 'ES256' | 'RS256'

export const signingAlgorithms: readonly SigningAlgorithm[] = ['ES256', 'RS256']
