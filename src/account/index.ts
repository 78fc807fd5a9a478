/**
 * account: what a person does with their account, as the JSON API of first-party applications
 * (`/api/v1/auth`, `/api/v1/users/me`) and as pages (`/account`). Owns no table. Promises that an access token for this API is good for nothing else and the other way
 * round, and that a browser session counts here only for requests from our own pages.
 */

export { factorBody } from './api/mfa/factor-body.ts'
export { FactorBody } from './api/mfa/schemas.ts'
export { accountRoutes } from './api/routes.ts'
export { problems, UserBody, userBody } from './api/schemas.ts'
export { basedOn, tagged } from './etag.ts'
export type { AccountNeeds } from './needs.ts'
export { requireOwnLevel } from './own-level.ts'
export { accountPageRoutes } from './pages/routes.ts'
export type { Principal } from './principal.ts'
export { principalOf } from './principal.ts'
