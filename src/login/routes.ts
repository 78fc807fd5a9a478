import type { Surface } from '../http/index.ts'
import { chooseRoutes } from './choose/choose-routes.ts'
import { consentRoutes } from './consent-routes.ts'
import { deviceRoutes } from './device/device-routes.ts'
import { passkeyRoutes } from './first-step/passkey-routes.ts'
import { passwordRoutes } from './first-step/password-routes.ts'
import { impersonationRoutes } from './impersonation-routes.ts'
import { landingRoutes } from './landing-routes.ts'
import { logoutRoutes } from './logout-routes.ts'
import type { LoginNeeds } from './needs.ts'
import { enrolRoutes } from './second-step/enrol-routes.ts'
import { factorRoutes } from './second-step/factor-routes.ts'

export function loginRoutes(surface: Surface, needs: LoginNeeds): void {
  impersonationRoutes(surface, needs)
  landingRoutes(surface, needs)
  passwordRoutes(surface, needs)
  passkeyRoutes(surface, needs)
  factorRoutes(surface, needs)
  enrolRoutes(surface, needs)
  chooseRoutes(surface, needs)
  consentRoutes(surface, needs)
  deviceRoutes(surface, needs)
  logoutRoutes(surface, needs)
}
