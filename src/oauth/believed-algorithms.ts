/**
 * The JWS algorithms by which we believe what others signed (RFC 7518 section 3.1, RFC 8037). Asymmetric ones
 * only: whoever can check a signature must not be able to make one. Ed25519 is the newer name of what EdDSA was
 * used for (RFC 9864 section 2.2).
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
