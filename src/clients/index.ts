/**
 * clients: the applications that may ask for tokens, and what people allowed them.
 * Owns the tables `clients` and `consents`. Promises that secrets exist only as digests, that metadata
 * in the table obeys the rules of this module, and that a cached client is at most one second old.
 * Never speaks HTTP.
 */

export type { ClientCache } from './cache.ts'
export { createClientCache } from './cache.ts'
export type { AuthMethod, Client, ClientMetadata, SigningAlgorithm } from './client.ts'
export { allowedScopes, isPublic } from './client.ts'
export type { ConsentState } from './consent.ts'
export { consentState, rememberConsent } from './consent.ts'
export { createClient, rotateClientSecret } from './create-client.ts'
export { clientFailures } from './failures.ts'
export { redirectUriMatches, redirectUriProblem } from './redirect-uri.ts'
export { ClientInput } from './schemas.ts'
export { secretMatches } from './secret.ts'
export { findClient, selectConsents as consentsOf, setClientActive } from './store.ts'
