import type { Surface } from '../../http/index.ts'
import { emailRoutes } from '../recovery/email-routes.ts'
import { factorsRoutes } from '../recovery/factors-routes.ts'
import { forgotRoutes } from '../recovery/forgot-routes.ts'
import { reactivateRoutes } from '../recovery/reactivate-routes.ts'
import { resetRoutes } from '../recovery/reset-routes.ts'
import { codeRoutes } from './code-routes.ts'
import { confirmRoutes } from './confirm-routes.ts'
import type { SignUpPageNeeds } from './needs.ts'
import { registerRoutes } from './register-routes.ts'

/** The hosted pages for people who are not signed in, beside the sign-in itself. */
export function signUpPageRoutes(surface: Surface, needs: SignUpPageNeeds): void {
  registerRoutes(surface, needs)
  codeRoutes(surface, needs)
  confirmRoutes(surface, needs)
  forgotRoutes(surface, needs)
  resetRoutes(surface, needs)
  factorsRoutes(surface, needs)
  emailRoutes(surface, needs)
  reactivateRoutes(surface, needs)
}
