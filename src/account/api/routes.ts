import type { Surface } from '../../http/index.ts'
import { apiKeyRoutes } from './api-key-routes.ts'
import { consentRoutes } from '../consents/consent-routes.ts'
import { backchannelRequestRoutes } from '../backchannel/backchannel-routes.ts'
import { authRoutes } from './auth-routes.ts'
import { leavingRoutes } from './leaving-routes.ts'
import { enrolmentRoutes } from './mfa/enrolment-routes.ts'
import { factorRoutes } from './mfa/factor-routes.ts'
import { profileRoutes } from './profile-routes.ts'
import { reauthenticationRoutes } from './reauthenticate/routes.ts'
import { recoveryRoutes } from './recovery-routes.ts'
import { passkeyRoutes } from './second-step/passkey-routes.ts'
import { secondStepRoutes } from './second-step/routes.ts'
import type { SessionRoutesNeeds } from './session-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { signUpRoutes } from './sign-up-routes.ts'

export function accountRoutes(surface: Surface, needs: SessionRoutesNeeds): void {
  authRoutes(surface, needs)
  secondStepRoutes(surface, needs)
  passkeyRoutes(surface, needs)
  reauthenticationRoutes(surface, needs)
  signUpRoutes(surface, needs)
  recoveryRoutes(surface, needs)
  profileRoutes(surface, needs)
  leavingRoutes(surface, needs)
  sessionRoutes(surface, needs)
  consentRoutes(surface, needs)
  backchannelRequestRoutes(surface, needs)
  factorRoutes(surface, needs)
  enrolmentRoutes(surface, needs)
  apiKeyRoutes(surface, needs)
}
