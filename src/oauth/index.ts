/**
 * oauth: the OAuth 2.0 and OpenID Connect protocol.
 * Owns the tables `authorization_codes`, `revoked_access_tokens`, `opaque_tokens`, `resources`, `device_requests`,
 * `backchannel_requests`, `registration_tokens` and `trusted_issuers`, and the addresses below `/oauth` and
 * `/.well-known`. One folder for each part; the first comment of its main file says what it owns. Promises that every rule cites the section it obeys, that
 * what may be used once is used once, and that the browser is only ever sent to a validated redirect URI.
 * Never asks a person anything: that is what the pages of `login` do.
 */

export { createAccessClaims } from './access-claims.ts'
export type { AccessToken } from './access-token.ts'
export { mintAccessToken, verifyAccessToken } from './access-token.ts'
export type { Dpop } from './binding/dpop.ts'
export { createDpop } from './binding/dpop.ts'
export { createNonces } from './binding/nonce.ts'
export type { BrowserRoutesNeeds } from './browser-routes.ts'
export { browserRoutes } from './browser-routes.ts'
export type { Documents } from './client-metadata-document/documents.ts'
export { createDocuments } from './client-metadata-document/documents.ts'
export { createBrake } from './client-auth/brake.ts'
export { answerBackchannel, approvalFor, findOpenRequest } from './ciba/answer-backchannel.ts'
export { cibaFailures } from './ciba/failures.ts'
export { backchannelHookJob, backchannelLetterJob, backchannelPingJob } from './ciba/jobs.ts'
export type { BackchannelRequest } from './ciba/store.ts'
export { selectOpenRequests as listOpenRequests, sweepBackchannelRequests } from './ciba/store.ts'
export type { TellNeeds } from './ciba/tell.ts'
export { callBackchannelHook, pingClient, writeBackchannelLetter } from './ciba/tell.ts'
export { verifyClientToken } from './client-token.ts'
export { createDevices } from './device/answer-device.ts'
export { sweepDeviceRequests } from './device/store.ts'
export { readIdTokenHint } from './id-token.ts'
export { accessTokenMint } from './issue.ts'
export { deleteClientOpaqueTokens, sweepOpaqueTokens } from './opaque/store.ts'
export type { ResourceBook } from './resources/book.ts'
export { createResourceBook } from './resources/book.ts'
export { createResource, deleteResource, updateResource } from './resources/change-resource.ts'
export { resourceInput } from './resources/draft.ts'
export { resourceFailures } from './resources/failures.ts'
export type { Resource } from './resources/resource.ts'
export { longestJwt } from './resources/resource.ts'
export { ResourceInput } from './resources/schemas.ts'
export { findResource, selectResources as listResources } from './resources/store.ts'
export { revokeConsent, revokeConsents } from './revoke-consent.ts'
export type { LogoutTokenNeeds } from './logout/send-logout-token.ts'
export { sendLogoutToken } from './logout/send-logout-token.ts'
export { sessionState } from './logout/session-state.ts'
export type { ProtocolNeeds } from './routes.ts'
export { protocolRoutes } from './routes.ts'
export type { Application } from './store.ts'
export {
  deleteClientCodes,
  selectApplications as listApplications,
  sweepCodes,
  sweepRevokedTokens,
} from './store.ts'
export { authorizationCodeGrant } from './token/authorization-code.ts'
export { clientCredentialsGrant } from './token/client-credentials.ts'
export { cibaGrant } from './token/ciba.ts'
export { passwordGrant } from './token/password.ts'
export { deviceCodeGrant } from './token/device-code.ts'
export type { NewInitialAccessToken } from './registration/initial-access-token.ts'
export {
  createInitialAccessToken,
  listInitialAccessTokens,
  revokeInitialAccessToken,
} from './registration/initial-access-token.ts'
export { registrationRoutes } from './registration/routes.ts'
export type { InitialAccessToken } from './registration/store.ts'
export { sweepRegistrationTokens } from './registration/store.ts'
export { removeClient } from './remove-client.ts'
export { createTokenEndpoint } from './token/endpoint.ts'
export { jwtBearerGrant } from './token/jwt-bearer.ts'
export { refreshTokenGrant } from './token/refresh-token.ts'
export { tokenExchangeGrant } from './token/token-exchange.ts'
export type { ProtocolSettings } from './settings.ts'
export type { Subjects } from './subject.ts'
export { createSubjects, publicSubjects } from './subject.ts'
export {
  changeIssuer,
  distrustIssuer,
  findIssuer,
  trustIssuer,
} from './trusted-issuers/change-issuer.ts'
export type { IssuerKeys } from './trusted-issuers/issuer-keys.ts'
export { createIssuerKeys } from './trusted-issuers/issuer-keys.ts'
export { TrustedIssuerInput } from './trusted-issuers/schemas.ts'
export { selectIssuers as listIssuers } from './trusted-issuers/store.ts'
export type { TrustedIssuer } from './trusted-issuers/trusted-issuer.ts'
export { inputOf as trustedIssuerInput } from './trusted-issuers/trusted-issuer.ts'
export type { TokenRows } from './token-rows.ts'
export { createTokenRows } from './token-rows.ts'
export type { VerifiedTokens } from './verified-tokens.ts'
export { createVerifiedTokens } from './verified-tokens.ts'
