/**
 * session: who is signed in where, from which devices, which clients know of it, and which refresh tokens live on.
 * Owns the tables `sessions`, `devices`, `impersonations`, `session_clients` and `token_families`. Promises that
 * the secrets of sessions and devices are stored only as digests, that ending a session ends its families and is
 * told to the clients that want to know, that nobody ends the session of somebody else, and that a refresh token
 * is rotated by one guarded statement. Never hashes passwords, signs tokens or speaks HTTP.
 */

export type { EndedSession } from './clients/announce-end.ts'
export { backchannelLogoutJob } from './clients/announce-end.ts'
export type { TouchedClient } from './clients/store.ts'
export { isKnownAs, noteSessionClient, userKnownBy } from './clients/store.ts'
export type { Places, Point } from './device/place.ts'
export { createPlaces } from './device/place.ts'
export type { Person, Recognition, Sighting } from './device/recognise-device.ts'
export {
  apiDevice,
  isKnownDevice,
  noticeDevice,
} from './device/recognise-device.ts'
export { sweepDevices } from './device/store.ts'
export type { DeviceKind, DeviceWords } from './device/user-agent.ts'
export { describeUserAgent } from './device/user-agent.ts'
export { endOneSession, endOtherSessions } from './end-own-sessions.ts'
export { endSession, endUserSessions } from './end-session.ts'
export { sessionFailures } from './failures.ts'
export type {
  AuthorizationDetail,
  Family,
  FamilyStart,
  RefreshRules,
  TokenBinding,
} from './family/family.ts'
export { decideRefresh } from './family/family.ts'
export type { RefreshTokens } from './family/refresh-token.ts'
export { createRefreshTokens } from './family/refresh-token.ts'
export type { Rotation } from './family/rotate-family.ts'
export { rotateFamily } from './family/rotate-family.ts'
export { startFamily } from './family/start-family.ts'
export type { GrantRow } from './family/store.ts'
export {
  deleteClientFamilies,
  hasFamilies,
  readFamily,
  revokeClientFamilies,
  revokeFamiliesOf,
  revokeFamily,
  revokeGrant,
  revokeOauthFamilies,
  selectClientGrants,
  selectUserGrants,
  sweepFamilies,
} from './family/store.ts'
export {
  endImpersonation,
  leaveImpersonation,
  prepareImpersonation,
  readImpersonation,
  startImpersonation,
} from './impersonation/impersonate.ts'
export type { Impersonation, ImpersonationState } from './impersonation/impersonation.ts'
export { impersonationState } from './impersonation/impersonation.ts'
export {
  selectImpersonations as listImpersonations,
  selectImpersonationsOf as listImpersonationsOf,
  selectVisits as listVisits,
  sweepImpersonations,
} from './impersonation/store.ts'
export { listSessions } from './list-sessions.ts'
export { readSession } from './read-session.ts'
export { deleteFamiliesOfClients, deleteTracesOfUsers } from './removal/store.ts'
export { reauthenticate, reauthenticateApi } from './reauthenticate.ts'
export type { ProvedBefore, Session, SessionLifetimes, SessionStart } from './session.ts'
export { insufficientProof, isFresh, provedBy } from './session.ts'
export type { SignIn, SignInNeeds } from './sign-in.ts'
export { proofDetails, signInBrowser, signOut } from './sign-in.ts'
export { startSession } from './start-session.ts'
export { sweepSessions, touchSession } from './store.ts'
