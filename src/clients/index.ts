/**
 * clients: the applications that may ask for tokens, and what people allowed them.
 * Owns the tables `clients` and `consents`. Promises that secrets exist only as digests, and sealed where they
 * sign proofs, that metadata in the table obeys the rules of this module, that a cached client or origin is at
 * most one second old, and that of a client at most two secrets work.
 * Never speaks HTTP.
 */

export type { ClientCache } from './cache.ts'
export { createClientCache } from './cache.ts'
export type { BasedOn as ClientVersion } from './change.ts'
export type {
  AuthMethod,
  Client,
  ClientMetadata,
  RegisteredBy,
  ResponseType,
  SigningAlgorithm,
} from './client.ts'
export { allowedScopes, isPublic, responseTypesOf } from './client.ts'
export type { Demands } from './demands.ts'
export { clockSkewFor, demandsOf } from './demands.ts'
export type { ClientKeys } from './client-keys.ts'
export { createClientKeys } from './client-keys.ts'
export type { Asked, ConsentState } from './consents/consent.ts'
export { consentState, rememberConsent } from './consents/consent.ts'
export {
  deleteConsentsOfClients,
  removeConsents,
  selectConsents as consentsOf,
} from './consents/store.ts'
export type { Registration, RegistrationLimits } from './create-client.ts'
export { createClient, newClientId } from './create-client.ts'
export { keepDocument } from './documents/keep-document.ts'
export { selectDocumentUntil } from './documents/store.ts'
export { clientFailures } from './failures.ts'
export { completeMetadata } from './metadata.ts'
export type { Registered } from './registrations/store.ts'
export {
  findRegistered,
  replaceRegistrationDigest,
  selectUnusedClients as unusedClients,
  sweepUnusedClients,
} from './registrations/store.ts'
export type { ClientUses } from './registrations/uses.ts'
export { createClientUses } from './registrations/uses.ts'
export { requireSector } from './sector.ts'
export { responseModes } from './protocol-fields.ts'
export { redirectUriMatches } from './redirect-uri.ts'
export type { ListedSecret, NewSecret } from './rotate-secret.ts'
export { endOldSecret, listSecrets, rotateClientSecret } from './rotate-secret.ts'
export { ClientInput, GrantType } from './schemas.ts'
export { matchingSecret, workingSecrets } from './secret.ts'
export type { SecretUses } from './secret-uses.ts'
export { createSecretUses } from './secret-uses.ts'
export type { ClientFilter } from './store.ts'
export {
  findClient,
  selectClients as listClients,
  setClientActive,
  sweepClientSecrets,
} from './store.ts'
export {
  deleteClient,
  patchedRegistration,
  registrationOf,
  switchClient,
  updateClient,
} from './update-client.ts'
