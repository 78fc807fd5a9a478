/**
 * login: the hosted pages of signing in, consent and signing out, and their one dispatcher.
 * Owns `/`, `/login`, `/consent` and `/logout`. Promises that every page works without JavaScript, that
 * a form is honoured only in the browser it was shown to, and that steps never lead to one another: all
 * of them come back to `continue.ts`. Never speaks OAuth.
 */
export type { LoginNeeds } from './needs.ts'
export { loginRoutes } from './routes.ts'
export type { Visits } from './visit.ts'
export { createVisits } from './visit.ts'
