/**
 * admin: the administration API (`/api/v1/admin`) and the first start (`/setup`).
 * Owns the table `idempotency_keys`. Promises that every operation asks for an administrator first and is
 * audited, and that a repeated POST with the same Idempotency-Key does nothing twice. The setup page works
 * exactly once: while there is no owner, and with a link from the server's own log.
 */
export { accessRoutes } from './access/routes.ts'
export { apiKeyAdminRoutes } from './api-keys/routes.ts'
export { auditRoutes } from './audit/routes.ts'
export { clientRoutes } from './clients/routes.ts'
export { consentAdminRoutes } from './consents/routes.ts'
export { rememberAnswers } from './idempotency/remember-answers.ts'
export { sweepIdempotencyKeys } from './idempotency/store.ts'
export { dashboardRoutes } from './dashboard/routes.ts'
export { invitationRoutes } from './invitations/routes.ts'
export type { KeyRoutesNeeds } from './keys/routes.ts'
export { keyRoutes } from './keys/routes.ts'
export { emergencyRoutes } from './mfa/emergency-routes.ts'
export { policyRoutes } from './mfa/policy-routes.ts'
export { userMfaRoutes } from './mfa/user-routes.ts'
export type { AdminNeeds } from './needs.ts'
export { settingsRoutes } from './settings/routes.ts'
export { securityEventRoutes } from './security/routes.ts'
export type { SetupNeeds } from './setup/create-first-administrator.ts'
export { setupRoutes } from './setup/routes.ts'
export { tokenRoutes } from './tokens/routes.ts'
export { userListRoutes } from './users/list-routes.ts'
export { userRoutes } from './users/routes.ts'
export type { UserSearch } from './users/search/user-search.ts'
export { createUserSearch } from './users/search/user-search.ts'
export { userSessionRoutes } from './users/session-routes.ts'
