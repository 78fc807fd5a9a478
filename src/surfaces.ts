import { isAdministrator, rolesOf } from './access/index.ts'
import { accountRoutes } from './account/index.ts'
import { clientRoutes, setupRoutes } from './admin/index.ts'
import type { AppOptions, Parts } from './app.ts'
import type { UserId } from './base/index.ts'
import { deriveKey, newId, randomToken } from './base/index.ts'
import type { Config } from './config.ts'
import type { HttpServer } from './http/index.ts'
import {
  apiSurface,
  assetRoutes,
  createCookies,
  createCsrf,
  createPages,
  createServer,
  healthRoutes,
  loadAssets,
  metricsRoutes,
  oauthSurface,
  opsSurface,
  pagesSurface,
} from './http/index.ts'
import { createVisits, loginRoutes } from './login/index.ts'
import {
  accessTokenMint,
  authorizationCodeGrant,
  browserRoutes,
  clientCredentialsGrant,
  createTokenEndpoint,
  protocolRoutes,
  readIdTokenHint,
  refreshTokenGrant,
} from './oauth/index.ts'

/** What every surface shares, made once from the configuration and the parts. */
function share({ config, masterKeys }: AppOptions, parts: Parts) {
  const { db, random, metrics } = parts
  const issuer = config.publicUrl
  const secure = issuer.startsWith('https:')
  const lifetimes = { idle: config.session.idleLifetime, absolute: config.session.absoluteLifetime }
  const { flowLifetime } = config.oauth
  const assets = loadAssets()
  const newSecret = () => randomToken(random)
  const cookies = createCookies({ secure, newSecret, sessionSeconds: lifetimes.absolute })
  return {
    ...parts,
    issuer,
    secure,
    lifetimes,
    flowLifetime,
    assets,
    cookies,
    pages: createPages({ name: 'Cardea', stylesheet: assets.stylesheet }),
    csrf: createCsrf({ key: deriveKey(masterKeys[0], 'csrf'), origin: issuer }),
    visits: createVisits({ ...parts, cookies, lifetimes, flowLifetime }),
    passwordMinLength: config.password.minLength,
    countLogin: (outcome: string) => metrics.login(outcome),
    onReuse: () => metrics.refreshReuse(),
    isAdministrator: async (userId: UserId) => isAdministrator(await rolesOf(db, userId)),
  }
}

type Shared = ReturnType<typeof share>

/** Opens the server: one surface after the other, in this order. */
export async function openSurfaces(
  options: AppOptions,
  parts: Parts,
  state: { readonly draining: boolean },
): Promise<HttpServer> {
  const { config, log } = options
  const { clock, random, metrics, db, kv } = parts
  const shared = share(options, parts)
  const http = await createServer({
    log,
    secure: shared.secure,
    trustedProxies: config.http.trustedProxies,
    bodyLimit: config.http.bodyLimit,
    requestTimeout: config.http.requestTimeout,
    newRequestId: () => newId(clock, random),
    pages: shared.pages,
    draining: () => state.draining,
    observe: (request) => metrics.httpRequest(request),
  })
  await options.onServer?.(http)
  await opsSurface(http, (surface) => {
    const up = { database: () => db.ping(), kv: () => kv.ping() }
    healthRoutes(surface, { started: () => true, draining: () => state.draining, parts: up })
    const { enabled, token } = config.metrics
    if (enabled) metricsRoutes(surface, { render: () => metrics.render(), token })
    assetRoutes(surface, shared.assets)
  })
  await oauthSurface(http, (surface) => protocolRoutes(surface, protocolNeeds(config, shared)))
  await pagesSurface(http, shared.pages, (surface) => {
    browserRoutes(surface, browserNeeds(config, shared))
    loginRoutes(surface, shared)
    setupRoutes(surface, shared)
  })
  await apiSurface(http, (surface) => {
    const needs = accountNeeds(config, shared)
    accountRoutes(surface, needs)
    clientRoutes(surface, needs)
  })
  return http
}

function protocolNeeds(config: Config, shared: Shared) {
  const { issuer, metrics } = shared
  const { refreshIdleLifetime: idle, refreshGrace: grace, clockSkew } = config.oauth
  const endpoints = ['token', 'introspect', 'revoke'].map((name) => `${issuer}/oauth/${name}`)
  const clientAuth = { ...shared, audiences: [issuer, ...endpoints], clockSkew }
  const issue = { ...shared, ...config.oauth }
  const token = createTokenEndpoint({
    clientAuth,
    count: (grant, outcome) => metrics.tokenIssued(grant, outcome),
    grants: [
      authorizationCodeGrant(issue),
      refreshTokenGrant({ ...issue, rules: { idle, grace } }),
      clientCredentialsGrant({ mint: accessTokenMint(issue) }),
    ],
  })
  return { ...shared, clientAuth, token, refreshIdleLifetime: idle }
}

function browserNeeds(config: Config, shared: Shared) {
  const hint = (token: string) => readIdTokenHint(shared, token)
  return { ...shared, hint, browser: shared.visits, codeLifetime: config.oauth.codeLifetime }
}

function accountNeeds(config: Config, shared: Shared) {
  const { apiAccessLifetime, apiRefreshLifetime } = config.session
  return {
    ...shared,
    registrationOpen: config.registration.mode === 'open',
    accessLifetime: apiAccessLifetime,
    apiLifetimes: { idle: apiRefreshLifetime, absolute: shared.lifetimes.absolute },
    refreshGrace: config.oauth.refreshGrace,
  }
}
