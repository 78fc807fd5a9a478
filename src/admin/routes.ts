import { guard } from '../account/index.ts'
import type { Surface } from '../http/index.ts'
import { accessRoutes } from './access/routes.ts'
import { apiKeyAdminRoutes } from './api-keys/routes.ts'
import { auditRoutes } from './audit/routes.ts'
import { bulkRoutes } from './bulk/routes.ts'
import { clientRoutes } from './clients/routes.ts'
import { consentAdminRoutes } from './consents/routes.ts'
import { dashboardRoutes } from './dashboard/routes.ts'
import { registrationTokenRoutes } from './registration-tokens/routes.ts'
import { rememberAnswers } from './idempotency/remember-answers.ts'
import { impersonationAdminRoutes } from './impersonation/routes.ts'
import { invitationRoutes } from './invitations/routes.ts'
import { keyRoutes } from './keys/routes.ts'
import { emergencyRoutes } from './mfa/emergency-routes.ts'
import { policyRoutes } from './mfa/policy-routes.ts'
import { userMfaRoutes } from './mfa/user-routes.ts'
import { resourceRoutes } from './resources/routes.ts'
import { securityEventRoutes } from './security/routes.ts'
import { settingsRoutes } from './settings/routes.ts'
import { tokenRoutes } from './tokens/routes.ts'
import { trustedIssuerRoutes } from './trusted-issuers/routes.ts'
import { userListRoutes } from './users/list-routes.ts'
import { userRoutes } from './users/routes.ts'
import { userSessionRoutes } from './users/session-routes.ts'

type Needs = Parameters<typeof guard>[1] &
  Parameters<typeof rememberAnswers>[1] &
  Parameters<typeof accessRoutes>[1] &
  Parameters<typeof impersonationAdminRoutes>[1] &
  Parameters<typeof keyRoutes>[1] &
  Parameters<typeof resourceRoutes>[1] &
  Parameters<typeof settingsRoutes>[1] &
  Parameters<typeof userListRoutes>[1] &
  Parameters<typeof userSessionRoutes>[1]

/** The administration API: behind the guard, which comes before everything else. */
export function adminRoutes(surface: Surface, needs: Needs): void {
  guard(surface, needs)
  rememberAnswers(surface, needs)
  userRoutes(surface, needs)
  userListRoutes(surface, needs)
  userSessionRoutes(surface, needs)
  userMfaRoutes(surface, needs)
  invitationRoutes(surface, needs)
  emergencyRoutes(surface, needs)
  bulkRoutes(surface, needs)
  impersonationAdminRoutes(surface, needs)
  accessRoutes(surface, needs)
  clientRoutes(surface, needs)
  registrationTokenRoutes(surface, needs)
  trustedIssuerRoutes(surface, needs)
  resourceRoutes(surface, needs)
  consentAdminRoutes(surface, needs)
  tokenRoutes(surface, needs)
  apiKeyAdminRoutes(surface, needs)
  keyRoutes(surface, needs)
  policyRoutes(surface, needs)
  settingsRoutes(surface, needs)
  securityEventRoutes(surface, needs)
  dashboardRoutes(surface, needs)
  auditRoutes(surface, needs)
}
