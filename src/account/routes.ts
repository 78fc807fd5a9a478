import type { Surface } from '../http/index.ts'
import { authRoutes } from './auth-routes.ts'
import { leavingRoutes } from './leaving-routes.ts'
import type { AccountNeeds } from './needs.ts'
import { profileRoutes } from './profile-routes.ts'
import { recoveryRoutes } from './recovery-routes.ts'
import { signUpRoutes } from './sign-up-routes.ts'

export function accountRoutes(surface: Surface, needs: AccountNeeds): void {
  authRoutes(surface, needs)
  signUpRoutes(surface, needs)
  recoveryRoutes(surface, needs)
  profileRoutes(surface, needs)
  leavingRoutes(surface, needs)
}
