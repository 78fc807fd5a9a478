import { accountPageRoutes, accountRoutes, myPermissionRoutes } from './account/index.ts'
import { adminRoutes, setupRoutes } from './admin/index.ts'
import { introspectKey } from './api-keys/index.ts'
import type { AppOptions } from './app.ts'
import type { ClientId } from './base/index.ts'
import { newId } from './base/index.ts'
import type { Config } from './config.ts'
import { effectiveSettings } from './config-reference.ts'
import { evaluationRoutes } from './evaluation/index.ts'
import type { HttpServer } from './http/index.ts'
import {
  allowOrigins,
  apiSurface,
  assetRoutes,
  createCertificateReader,
  createServer,
  docsRoutes,
  healthRoutes,
  metricsRoutes,
  oauthSurface,
  opsSurface,
  pagesSurface,
  readPem,
  registrationSurface,
} from './http/index.ts'
import type { ClientAttempt } from './login/index.ts'
import { loginRoutes, proveByClient, signUpPageRoutes } from './login/index.ts'
import { inboxRoutes } from './mail/index.ts'
import {
  accessTokenMint,
  authorizationCodeGrant,
  browserRoutes,
  cibaGrant,
  clientCredentialsGrant,
  createBrake,
  createTokenEndpoint,
  deviceCodeGrant,
  jwtBearerGrant,
  passwordGrant,
  protocolRoutes,
  readIdTokenHint,
  registrationRoutes,
  refreshTokenGrant,
  tokenExchangeGrant,
} from './oauth/index.ts'
import type { Parts } from './parts.ts'
import { keyPolicy } from './schedule.ts'
import type { RefreshRules } from './session/index.ts'
import type { Shared } from './shared.ts'
import { addressesOf, share } from './shared.ts'

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
    publicUrl: shared.issuer,
    secure: shared.secure,
    trustedProxies: config.http.trustedProxies,
    tls: ownTls(config),
    bodyLimit: config.http.bodyLimit,
    requestTimeout: config.http.requestTimeout,
    newRequestId: () => newId(clock, random),
    pages: shared.pages,
    draining: () => state.draining,
    observe: (request) => metrics.httpRequest(request),
  })
  allowOrigins(http, { ownOrigin: shared.issuer, allows: shared.clients.allowsOrigin })
  await options.onServer?.(http)
  await opsSurface(http, (surface) => {
    const up = { database: () => db.ping(), kv: () => kv.ping() }
    healthRoutes(surface, { started: () => true, draining: () => state.draining, parts: up })
    const { enabled, token } = config.metrics
    const render = () => options.renderMetrics?.(metrics) ?? metrics.render()
    if (enabled) metricsRoutes(surface, { render, token })
    assetRoutes(surface, shared.assets)
    if (hasDocs(config)) docsRoutes(surface)
  })
  await oauthSurface(http, (surface) => protocolRoutes(surface, protocolNeeds(options, shared)))
  await registrationSurface(http, (surface) =>
    registrationRoutes(surface, { ...shared, protocol: config.protocol }),
  )
  await pagesSurface(http, shared.pages, (surface) => {
    browserRoutes(surface, browserNeeds(config, shared))
    loginRoutes(surface, shared)
    signUpPageRoutes(surface, shared)
    accountPageRoutes(surface, accountNeeds(config, shared))
    setupRoutes(surface, shared)
    if (config.env === 'development' && config.mail.url === '') inboxRoutes(surface, shared)
  })
  await apiSurface(http, (surface) => {
    const needs = accountNeeds(config, shared)
    accountRoutes(surface, needs)
    myPermissionRoutes(surface, needs)
  })
  await apiSurface(http, (surface) => {
    const needs = accountNeeds(config, shared)
    const settings = effectiveSettings(config)
    adminRoutes(surface, { ...needs, settings, keyPolicy: keyPolicy(config) })
  })
  await apiSurface(http, (surface) => {
    evaluationRoutes(surface, { ...accountNeeds(config, shared), countDecision: metrics.decision })
  })
  return http
}

function hasDocs({ env, http: { docs } }: Config): boolean {
  return docs === 'on' || (docs === 'auto' && env === 'development')
}

/** TLS of our own, where no proxy ends it. */
function ownTls({ http, protocol }: Config) {
  const { tlsCertFile: certFile, tlsKeyFile: keyFile } = http
  if (certFile === '') return undefined
  const requestCertificates = http.tlsClientCertificates === 'request'
  return {
    certFile,
    keyFile,
    requestCertificates,
    authorities: readPem(protocol.clientCertificateCaFile),
  }
}

/** Whether certificates of clients can reach us at all. */
function hasClientCertificates({ http, protocol }: Config): boolean {
  return http.tlsClientCertificates === 'request' || protocol.certificateHeader !== ''
}

function protocolNeeds(options: AppOptions, shared: Shared) {
  const { config } = options
  const { issuer } = shared
  const { refreshIdleLifetime: idle, refreshGrace: grace, clockSkew } = config.oauth
  const brake = createBrake(shared)
  const clientAuth = { ...shared, brake, addresses: addressesOf(config), clockSkew }
  const refreshRules = { idle, grace, sessionIdle: shared.lifetimes.idle }
  const token = createTokenEndpoint({
    resourceBook: shared.resourceBook,
    dpop: shared.dpop,
    clientAuth,
    count: (grant, outcome, client) => countToken(shared, { grant, outcome, client }),
    grants: grantsOf(options, shared, refreshRules),
  })
  const ofKey = (text: string) => introspectKey({ issuer, book: shared.apiKeys.book }, text)
  const { protocol } = config
  const certificateOf = createCertificateReader({
    clock: shared.clock,
    header: protocol.certificateHeader,
    trustedProxies: config.http.trustedProxies,
    authorities: readPem(protocol.clientCertificateCaFile),
  })
  return {
    ...shared,
    ...formNeeds(config, shared),
    protocol,
    certificateOf,
    clientCertificates: hasClientCertificates(config),
    clientAuth,
    token,
    refreshRules,
    introspectKey: ofKey,
  }
}

/** Every grant of the token endpoint; the password grant only where the operator allows it. */
function grantsOf({ config, log }: AppOptions, shared: Shared, rules: RefreshRules) {
  const { protocol } = config
  const { clockSkew } = config.oauth
  const issue = { ...shared, ...config.oauth, protocol }
  const mint = accessTokenMint(issue)
  const warn = (client: string) =>
    log.warn({ client }, 'a client uses the password grant, which RFC 9700 section 2.4 forbids')
  const password = {
    ...issue,
    prove: (attempt: ClientAttempt) => proveByClient(shared, attempt),
    warn,
  }
  return [
    authorizationCodeGrant(issue),
    refreshTokenGrant({ ...issue, rules }),
    clientCredentialsGrant({ ...shared, mint }),
    cibaGrant(issue),
    deviceCodeGrant(issue),
    jwtBearerGrant({ ...shared, clockSkew, mint }),
    tokenExchangeGrant({ ...shared, clockSkew, mint }),
    ...(protocol.passwordGrant ? [passwordGrant(password)] : []),
  ]
}

type Issued = {
  readonly grant: string
  readonly outcome: string
  readonly client: ClientId | undefined
}

/** The grants in which a person takes part. */
const signIns: ReadonlySet<string> = new Set([
  'authorization_code',
  'implicit',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:openid:params:grant-type:ciba',
  'password',
])

/** In memory only: a token must not cost a statement. A redeemed code or an answer without one is a sign-in. */
function countToken(
  { metrics, counter, clientUses }: Shared,
  { grant, outcome, client }: Issued,
): void {
  metrics.tokenIssued(grant, outcome)
  if (client === undefined) return
  clientUses.note(client)
  counter.count('tokens', '')
  counter.count('client_tokens', client)
  if (signIns.has(grant)) counter.count('client_sign_ins', client)
}

/** What authorization requests are judged with, pushed or not. */
function formNeeds({ protocol, oauth: { clockSkew } }: Config, shared: Shared) {
  return { protocol, clockSkew, hint: (token: string) => readIdTokenHint(shared, token) }
}

function browserNeeds(config: Config, shared: Shared) {
  return {
    ...shared,
    ...formNeeds(config, shared),
    ...config.oauth,
    browser: shared.visits,
    countImplicit: (client: ClientId) =>
      countToken(shared, { grant: 'implicit', outcome: 'success', client }),
  }
}

function accountNeeds(config: Config, shared: Shared) {
  return {
    ...shared,
    accessLifetime: config.session.apiAccessLifetime,
    refreshGrace: config.oauth.refreshGrace,
  }
}
