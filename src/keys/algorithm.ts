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
 * party understands (OIDC Core 15.1), and making one for ECDH-ES costs nothing. The others that sign get one
 * when a client first asks for them, and the RSA key for encryption is made soon after the first start.
 */
export const firstAlgorithms: readonly KeyAlgorithm[] = ['ES256', 'RS256', 'ECDH-ES']

/**
 * The JWE algorithms (RFC 7518 section 4.1) that clients encrypt to us by. A key of ECDH-ES serves also those
 * that wrap the content key with what was agreed on (section 4.6).
 */
export type EncryptionAlgorithm = 'ECDH-ES' | 'RSA-OAEP-256'

export const encryptionAlgorithms: readonly EncryptionAlgorithm[] = ['ECDH-ES', 'RSA-OAEP-256']

export type KeyAlgorithm = SigningAlgorithm | EncryptionAlgorithm

/** Everything that has keys of its own. */
export const keyAlgorithms: readonly KeyAlgorithm[] = [
  ...signingAlgorithms,
  ...encryptionAlgorithms,
]

export function isEncryption(alg: KeyAlgorithm): alg is EncryptionAlgorithm {
  return encryptionAlgorithms.some((known) => known === alg)
}
