/**
 * http: the server and its surfaces (oauth, api, pages, ops), each with its own parsers, headers and
 * way to tell a failure. Owns cookies, CSRF protection, security headers and the page frame.
 * Promises that nothing but a `Failure`'s public words leaves the server in an error.
 * Never knows a domain module.
 */

export type { AccessRule } from './access-rule.ts'
export type { CertificateReader, ClientCertificate } from './client-certificate.ts'
export { createCertificateReader } from './client-certificate.ts'
export type { Cookies } from './cookies.ts'
export { createCookies } from './cookies.ts'
export { allowOrigins } from './cors.ts'
export type { Csrf } from './csrf.ts'
export { createCsrf } from './csrf.ts'
export { docsRoutes } from './docs/routes.ts'
export { httpFailures } from './failures.ts'
export type { HealthChecks } from './operation/health.ts'
export { healthRoutes } from './operation/health.ts'
export { metricsRoutes } from './operation/metrics.ts'
export { describeApi } from './operation/openapi.ts'
export { impersonatedOf, markImpersonated } from './impersonated.ts'
export type { Origin } from './origin.ts'
export { originOf } from './origin.ts'
export type { Assets } from './page/assets.ts'
export { assetRoutes, loadAssets } from './page/assets.ts'
export type { Fields } from './page/fields.ts'
export { fieldErrors, fieldsOf } from './page/fields.ts'
export { button, errorSummary, field, hiddenInputs } from './page/form.ts'
export { endOfImpersonation } from './page/impersonation-banner.ts'
export type { LanguageHints, Languages } from './page/language.ts'
export { createLanguages } from './page/language.ts'
export type { Page } from './page/page.ts'
export type { Pages } from './page/pages.ts'
export { createPages } from './page/pages.ts'
export type { PasskeyFormProps } from './page/passkey-form.ts'
export { passkeyForm } from './page/passkey-form.ts'
export type { PasswordScripts } from './page/password-field.ts'
export { currentPasswordField, newPasswordField } from './page/password-field.ts'
export type { StrengthAssets } from './page/strength-assets.ts'
export { withMarkup } from './page/with-markup.ts'
export type { ListPage } from './paging.ts'
export {
  decodeCursor,
  encodeCursor,
  pageBody,
  pageFrom,
  pageOf,
  pageQuery,
  sendPage,
  sortOf,
  sortQuery,
} from './paging.ts'
export type { ParameterLists, Parameters, ReadParameters } from './parameters.ts'
export { parseLists, parseParameters, readParameters } from './parameters.ts'
export { framedHeaders } from './security-headers.ts'
export type { HttpServer, Reply, Request, Surface } from './server.ts'
export { createServer } from './server.ts'
export { readPem } from './tls.ts'
export {
  apiSurface,
  oauthSurface,
  opsSurface,
  pagesSurface,
  registrationSurface,
} from './surfaces.ts'
