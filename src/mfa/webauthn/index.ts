/**
 * webauthn: passkeys, as a second factor and in place of the password (WebAuthn Level 3).
 * Owns the tables `mfa_passkeys` and `mfa_used_challenges`. Promises that a challenge is good for one
 * purpose, one journey and one answer, that showing one writes nothing, and that a passkey whose counter
 * went back never counts again. Never trusts a certificate that the policy does not name.
 */
export { passkey } from './passkey.ts'
export { signInOptions, verifySignIn } from './sign-in.ts'
export { sweepUsedChallenges } from './store.ts'
