/**
 * keys: the keys that the server signs with, those that others encrypt to it with, and the sealing of secrets
 * that must be read back.
 * Owns the tables `signing_keys` and `lasting_secrets`. Promises that a key is published before it signs and for as
 * long as anything it signed may be valid, that one for encryption opens what was encrypted to it for a day
 * longer than it is published, and that no private key or sealed secret leaves memory in the clear.
 * Never audits by itself: whoever rotates passes a callback that writes in the same transaction.
 */
export type { JWK } from 'jose'
export type { KeyAlgorithm, SigningAlgorithm } from './algorithm.ts'
export { encryptionAlgorithms, signingAlgorithms } from './algorithm.ts'
export type { KeyRing } from './key-ring.ts'
export { createMissingKeys, openKeyRing } from './key-ring.ts'
export type { KeyState } from './key-schedule.ts'
export { openLastingSecret } from './lasting-secret.ts'
export type { ListedKey } from './list-keys.ts'
export { listKeys, sweepKeys } from './list-keys.ts'
export type { KeyPolicy, RotationNeeds } from './rotate-keys.ts'
export { rotateIfDue, rotateKeys } from './rotate-keys.ts'
export type { Sealer } from './sealing.ts'
export { createSealer, deriveSecret, SealError } from './sealing.ts'
export { signJwt } from './sign-jwt.ts'
export type { SigningKey, VerifyKey } from './signing-key.ts'
