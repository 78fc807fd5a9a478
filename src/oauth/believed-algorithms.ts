/**
 * The JWS algorithms by which we believe what others signed (RFC 7518 section 3.1, RFC 8037). Asymmetric ones
 * only: whoever can check a signature must not be able to make one.
 */
export const believedAlgorithms = [
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'RS256',
  'EdDSA',
  'Ed25519',
] as const

/** Registered for one algorithm, a client uses no other (OIDC Registration section 2). */
export function registeredAlgorithms(
  allowed: readonly string[],
  registered: string | undefined,
): string[] {
  if (registered === undefined) return [...allowed]
  // Ed25519 is the newer name of what EdDSA was used for (RFC 9864 section 2.2).
  return allowed.filter(
    (alg) => alg === registered || (registered === 'EdDSA' && alg === 'Ed25519'),
  )
}
