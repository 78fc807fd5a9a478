/**
 * account: what a person does with their account, as the JSON API of first-party applications
 * (`/api/v1/auth`, `/api/v1/users/me`) and as pages (`/account`), and who calls any of our APIs. Owns no table.
 * Promises that an access token for this API is good for nothing else and the other way round, and that a
 * browser session counts here only for requests from our own pages.
 */

export { factorBody } from './api/mfa/factor-body.ts'
export { ApiKeyBody, apiKeyBody, apiKeyExample } from './api/api-key-routes.ts'
export { FactorBody } from './api/mfa/schemas.ts'
export { myPermissionRoutes } from './api/permission-routes.ts'
export { accountRoutes } from './api/routes.ts'
export { problems, UserBody, userBody } from './api/schemas.ts'
export { SessionBody, sessionBody } from './api/session-body.ts'
export type { Caller } from './caller/caller.ts'
export { actorOf, subjectOf } from './caller/caller.ts'
export { callerMay } from './caller/caller-may.ts'
export type { Reader } from './caller/find-caller.ts'
export { findCaller, readerOf } from './caller/find-caller.ts'
export type { GuardNeeds } from './caller/guard.ts'
export { byOf, callerOf, guard, insufficientScope, needs } from './caller/guard.ts'
export { ConsentBody, RevokedConsents } from './consents/consent-body.ts'
export { readConsents } from './consents/read-consents.ts'
export { basedOn, tagged } from './etag.ts'
export { accountFailures } from './failures.ts'
export type { AccountNeeds } from './needs.ts'
export { accountPageRoutes } from './pages/routes.ts'
export type { Principal } from './principal.ts'
export { principalOf } from './principal.ts'
