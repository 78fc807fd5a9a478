import { accountCore, apiKeyNeeds, mfaCore } from './accounts.ts'
import { createUserSearch, mayImpersonate } from './admin/index.ts'
import { createKeyBook } from './api-keys/index.ts'
import type { AppOptions } from './app.ts'
import type { UserId } from './base/index.ts'
import { deriveKey, randomToken } from './base/index.ts'
import type { Request } from './http/index.ts'
import {
  createCookies,
  createCsrf,
  createLanguages,
  createPages,
  loadAssets,
  originOf,
} from './http/index.ts'
import { deriveSecret } from './keys/index.ts'
import type { Visitor } from './identity/index.ts'
import { createVisits } from './login/index.ts'
import { createBrake, createDevices } from './oauth/index.ts'
import { createAccessClaims, createDocuments, createDpop, createNonces } from './oauth/index.ts'
import type { Parts } from './parts.ts'

/** What every surface shares, made once from the configuration and the parts. */
export function share({ config, masterKeys }: AppOptions, parts: Parts) {
  const { random, metrics } = parts
  const issuer = config.publicUrl
  const secure = issuer.startsWith('https:')
  const { idleLifetime, absoluteLifetime, unrememberedLifetime } = config.session
  const lifetimes = {
    idle: idleLifetime,
    absolute: absoluteLifetime,
    unremembered: unrememberedLifetime,
  }
  const { flowLifetime } = config.oauth
  const assets = loadAssets(config.password.minStrength)
  const languages = createLanguages({ fallback: config.locale })
  const newSecret = () => randomToken(random)
  const cookies = createCookies({ secure, newSecret, sessionSeconds: lifetimes.absolute })
  const csrf = createCsrf({ key: deriveKey(masterKeys[0], 'csrf'), origin: issuer })
  const visitor = (request: Request): Visitor => ({
    origin: originOf(request),
    locale: languages.of(request).locale,
  })
  return {
    ...parts,
    ...accountCore(config, masterKeys[0], parts),
    mfa: mfaCore(config, masterKeys[0], parts),
    apiKeys: { ...apiKeyNeeds(config, parts), book: openKeyBook(config, parts) },
    visitor,
    userSearch: createUserSearch(parts),
    issuer,
    secure,
    lifetimes,
    apiLifetimes: {
      idle: config.session.apiRefreshLifetime,
      absolute: absoluteLifetime,
    },
    flowLifetime,
    assets,
    cookies,
    languages,
    pages: createPages({
      name: 'Cardea',
      stylesheet: assets.stylesheet,
      languages,
      hidden: (reply) => ({ csrf: csrf.token(cookies.browser(reply.request, reply)) }),
    }),
    csrf,
    visits: createVisits({ ...parts, issuer, languages, cookies, lifetimes, flowLifetime }),
    ...settingsOf(config),
    strength: assets.strength,
    accessClaims: createAccessClaims(parts),
    ...openDevices(masterKeys[0], parts),
    documents: createDocuments({ ...parts, protocol: config.protocol }),
    dpop: openDpop(config, masterKeys, parts),
    countLogin: (outcome: string) => metrics.login(outcome),
    countStuffing: () => metrics.credentialStuffing(),
    onReuse: () => metrics.refreshReuse(),
    ...rightsOf(parts),
  }
}

/** What people may do with this server itself. */
function rightsOf({ access }: Parts) {
  return {
    mayImpersonate: (admin: UserId, person: UserId) => mayImpersonate(access, admin, person),
    mayAdminister: async (userId: UserId) => {
      const question = { resource: { type: 'cardea.dashboard' }, action: 'read' }
      return (await access.decide({ type: 'user', id: userId }, question)).allowed
    },
  }
}

/** What is handed on as it was configured. */
function settingsOf({ password, registration, session, limits, admin }: AppOptions['config']) {
  return {
    passwordMinLength: password.minLength,
    terms: { url: registration.termsUrl, privacyUrl: registration.privacyUrl },
    freshLifetime: session.freshLifetime,
    notifyAfter: limits.notifyAfter,
    impersonation: admin.impersonation,
  }
}

/** Where clients reach the server: the public address, and the one for those with certificates. */
export function addressesOf({ publicUrl, protocol }: AppOptions['config']): string[] {
  return [publicUrl, protocol.mutualTlsUrl].filter((url) => url !== '')
}

function openDevices(masterKey: Buffer, parts: Parts) {
  const deviceKey = deriveKey(masterKey, 'device-code')
  return { deviceKey, devices: createDevices({ ...parts, deviceKey }) }
}

function openDpop(
  config: AppOptions['config'],
  masterKeys: AppOptions['masterKeys'],
  { clock, kv }: Parts,
) {
  const [key = Buffer.alloc(0), ...older] = deriveSecret(masterKeys, 'dpop-nonce')
  return createDpop({
    clock,
    kv,
    addresses: addressesOf(config),
    clockSkew: config.oauth.clockSkew,
    nonces: config.protocol.dpopNonce ? createNonces({ clock, keys: [key, ...older] }) : undefined,
  })
}

function openKeyBook({ apiKeys }: AppOptions['config'], parts: Parts) {
  const { db, clock, metrics } = parts
  const brake = createBrake(parts)
  const count = (event: string) => metrics.apiKey(event)
  return createKeyBook({ db, clock, brake, enabled: apiKeys.enabled, count })
}

export type Shared = ReturnType<typeof share>
