import type { Surface } from '../http/index.ts'
import { consentRoutes } from './consent-routes.ts'
import { landingRoutes } from './landing-routes.ts'
import { logoutRoutes } from './logout-routes.ts'
import type { LoginNeeds } from './needs.ts'
import { passwordRoutes } from './password-routes.ts'

export function loginRoutes(surface: Surface, needs: LoginNeeds): void {
  landingRoutes(surface, needs)
  passwordRoutes(surface, needs)
  consentRoutes(surface, needs)
  logoutRoutes(surface, needs)
}
