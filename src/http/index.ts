/**
 * http: the server and its surfaces (oauth, api, pages, ops), each with its own parsers, headers and
 * way to tell a failure. Owns cookies, CSRF protection, security headers and the page frame.
 * Promises that nothing but a `Failure`'s public words leaves the server in an error.
 * Never knows a domain module.
 */

export type { Assets } from './assets.ts'
export { assetRoutes, loadAssets } from './assets.ts'
export type { Cookies } from './cookies.ts'
export { createCookies } from './cookies.ts'
export type { Csrf } from './csrf.ts'
export { createCsrf } from './csrf.ts'
export { httpFailures } from './failures.ts'
export { button, errorSummary, field, hiddenInputs } from './form.ts'
export type { HealthChecks } from './health.ts'
export { healthRoutes } from './health.ts'
export type { LanguageHints, Languages } from './language.ts'
export { createLanguages } from './language.ts'
export { metricsRoutes } from './metrics.ts'
export { describeApi } from './openapi.ts'
export type { Origin } from './origin.ts'
export { originOf } from './origin.ts'
export type { Page } from './page.ts'
export type { Pages } from './pages.ts'
export { createPages } from './pages.ts'
export type { Parameters, ReadParameters } from './parameters.ts'
export { parseParameters, readParameters } from './parameters.ts'
export { currentPasswordField, newPasswordField } from './password-field.ts'
export type { HttpServer, Reply, Request, Surface } from './server.ts'
export { createServer } from './server.ts'
export type { StrengthAssets } from './strength-assets.ts'
export { apiSurface, oauthSurface, opsSurface, pagesSurface } from './surfaces.ts'
export { withMarkup } from './with-markup.ts'
