/**
 * session: who is signed in where, and which refresh tokens live on.
 * Owns the tables `sessions` and `token_families`. Promises that a session id is stored only as a
 * digest, that ending a session ends its families, and that a refresh token is rotated by one guarded
 * statement. Never hashes passwords, signs tokens or speaks HTTP.
 */

export { endSession, endUserSessions } from './end-session.ts'
export type { Family, FamilyStart } from './family.ts'
export { readSession } from './read-session.ts'
export type { RefreshTokens } from './refresh-token.ts'
export { createRefreshTokens } from './refresh-token.ts'
export type { Rotation } from './rotate-family.ts'
export { rotateFamily } from './rotate-family.ts'
export type { Session, SessionLifetimes, SessionStart } from './session.ts'
export { acrPassword, sessionAlive } from './session.ts'
export { signInBrowser, signOut } from './sign-in.ts'
export { startFamily } from './start-family.ts'
export { startSession } from './start-session.ts'
export { readFamily, revokeFamily, sweepFamilies, sweepSessions } from './store.ts'
