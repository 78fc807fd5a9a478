/**
 * admin: the administration API (`/api/v1/admin`) and the first start (`/setup`).
 * Owns no table. Promises that every operation asks for an administrator first and is audited. The setup
 * page works exactly once: while there is no owner, and with a link from the server's own log.
 */
export { clientRoutes } from './clients/routes.ts'
export { invitationRoutes } from './invitations/routes.ts'
export { emergencyRoutes } from './mfa/emergency-routes.ts'
export { policyRoutes } from './mfa/policy-routes.ts'
export { userMfaRoutes } from './mfa/user-routes.ts'
export type { AdminNeeds } from './needs.ts'
export type { SetupNeeds } from './setup/create-first-administrator.ts'
export { setupRoutes } from './setup/routes.ts'
export { userRoutes } from './users/routes.ts'
