/**
 * api-keys: keys that people make for their programs (personal access tokens).
 * Owns the table `api_keys`. Promises that a key is shown once and kept as a digest, that it never allows
 * more than its owner may do at that moment, that it ends with the account, and that no process accepts a
 * key a second after it was revoked. Never decides what a key may be used for: that is what guards do.
 */
export type { ApiKey, ApiKeyState, HeldKey } from './api-key.ts'
export { stateOf as apiKeyState } from './api-key.ts'
export type { NewApiKey } from './check-key.ts'
export { longestName as longestKeyName, mostScopes } from './check-key.ts'
export type { CreatedKey } from './create-key.ts'
export { createApiKey } from './create-key.ts'
export { apiKeyFailures } from './failures.ts'
export { introspectKey } from './introspect-key.ts'
export type { KeyBook } from './key-book.ts'
export { createKeyBook } from './key-book.ts'
export { apiKeyPattern, claimsToBeKey } from './key-text.ts'
export { listApiKeysOf, searchApiKeys } from './list-keys.ts'
export type { ApiKeyNeeds, ApiKeyRules, KeyEvent } from './needs.ts'
export { remindOfKeyExpiry } from './remind.ts'
export { revokeApiKey, revokeApiKeysOf } from './revoke-key.ts'
export { sweepApiKeys } from './store.ts'
